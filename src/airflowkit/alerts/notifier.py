"""The callbacks that a DAG names: `TeamsNotifier`, `teams_failure()`, `teams_recovery()`."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from airflow.providers.common.compat.sdk import BaseNotifier  # noqa: TID253  it is a subclass

from airflowkit.alerts.card import fitting_card, minimal_card
from airflowkit.alerts.connection import read_webhook, read_webhook_async
from airflowkit.alerts.context import House, event_of, gather, minimal_facts, recovered
from airflowkit.alerts.delivery import LARGEST_BUDGET, deliver
from airflowkit.alerts.facts import Event, Facts, Mention
from airflowkit.alerts.redaction import log
from airflowkit.alerts.templates import rendered
from airflowkit.errors import DeliveryError, SettingsError
from airflowkit.settings import Teams, caller_file, load_settings

if TYPE_CHECKING:
    from airflowkit.alerts.connection import Webhook
    from airflowkit.alerts.delivery import Delivery

Mentions = Mapping[str, str] | Sequence[str]
_LEAST: Final = 1.0
"""Seconds that are left for the delivery, however long Airflow took to answer."""


class TeamsNotifier(BaseNotifier):
    """Posts a card to Microsoft Teams; for any callback of a DAG or a task, and for deadlines.

    It never raises, and never takes longer than its budget. What is not given comes from `[teams]` in
    `airflowkit.toml`.

    Args:
        event: `failure`, `retry`, `success`, `recovery` or `deadline`; by default the context tells.
        conn_id: The Airflow connection whose password is the workflow's URL.
        title: Replaces the card's first line; may hold Jinja.
        message: Your own words on the card; may hold Jinja.
        mentions: Who is notified: addresses, or addresses by name.
        runbook: A link; may hold `{dag_id}` and `{task_id}`.
        environment: Shown in front of the first line, such as PROD.
        budget: Seconds that the alert may take in all, at most 15.
        context: The context of a deadline, which Airflow hands to the constructor.

    Example:
        >>> TeamsNotifier(message="{{ ds }} is incomplete", mentions=["oncall@example.com"])
        TeamsNotifier(conn_id='msteams_webhook_url')
    """

    template_fields: Sequence[str] = ("title", "message")

    def __init__(  # noqa: PLR0913  keywords of a public interface
        self,
        *,
        event: str | None = None,
        conn_id: str | None = None,
        title: str = "",
        message: str = "",
        mentions: Mentions = (),
        runbook: str | None = None,
        environment: str | None = None,
        budget: float | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> None:
        self.title = title
        self.message = message
        super().__init__()
        teams = _teams_settings(lenient=context is not None)
        self.event = Event(event) if event else None
        self.conn_id = conn_id or teams.conn_id
        self.mentions = _mentioned(mentions)
        self.runbook = teams.runbook if runbook is None else runbook
        self.environment = teams.environment if environment is None else environment
        self.owners = dict(teams.owners)
        self.budget = teams.budget if budget is None else budget
        self.context = context or {}

    def __repr__(self) -> str:
        event = f", event={str(self.event)!r}" if self.event else ""
        return f"TeamsNotifier(conn_id={self.conn_id!r}{event})"

    def __call__(self, *args: Any) -> None:
        """Send the card; `args` is the context, as every callback gets it."""
        self.notify(args[0] if args else self.context)

    def __await__(self) -> Generator[Any, None, None]:
        """Send the card from the triggerer, with the context that the constructor was given."""
        return self.async_notify(self.context).__await__()

    def notify(self, context: Any) -> None:
        """Send the card that fits the context; never raises."""
        started = monotonic()
        try:
            event = self._event(context)
            if event is None:
                return
            webhook = read_webhook(self.conn_id)
            self._send(webhook, self._facts(context, event), started)
        except DeliveryError as error:
            log.error("airflowkit: Teams alert LOST: %s", error)
        except Exception as error:  # noqa: BLE001  an alert must not hurt the task that it tells of
            log.error("airflowkit: Teams alert LOST: a fault of airflowkit's own (%s)", _fault(error))

    async def async_notify(self, context: Any) -> None:
        """Do as `notify` without holding up the event loop; never raises."""
        started = monotonic()
        try:
            event = self._event(context)
            if event is None:
                return
            webhook = await read_webhook_async(self.conn_id)
            await asyncio.to_thread(self._send, webhook, self._facts(context, event), started)
        except DeliveryError as error:
            log.error("airflowkit: Teams alert LOST: %s", error)
        except Exception as error:  # noqa: BLE001  an alert must not hurt what runs beside it
            log.error("airflowkit: Teams alert LOST: a fault of airflowkit's own (%s)", _fault(error))

    def _event(self, context: Any) -> Event | None:
        """Return what to tell of, or None for nothing: a run that succeeded as always has not recovered."""
        if self.event is Event.RECOVERY:
            return Event.RECOVERY if recovered(context) else None
        if self.event is Event.FAILURE:
            # A failure callback may be an on_retry_callback too; a deadline is one to whoever says so.
            return Event.RETRY if event_of(context) is Event.RETRY else Event.FAILURE
        return self.event or event_of(context)

    def _facts(self, context: Any, event: Event) -> Facts:
        try:
            house = House(
                environment=self.environment,
                owners=self.owners,
                mentions=self.mentions,
                runbook=self.runbook,
                title=rendered(self.title, context),
                message=rendered(self.message, context),
            )
            return gather(context, event, house)
        except Exception as error:  # noqa: BLE001  a poorer card is better than none
            log.warning("airflowkit: the card says less than it could (%s)", _fault(error))
            return minimal_facts(context, event)

    def _send(self, webhook: Webhook, facts: Facts, started: float) -> None:
        for warning in webhook.warnings:
            log.warning("airflowkit: %s", warning)
        left = max(_LEAST, min(self.budget, LARGEST_BUDGET) - (monotonic() - started))
        _report(deliver(webhook, fitting_card(facts), minimal=minimal_card(facts), budget=left))


def teams_failure(**options: Any) -> TeamsNotifier:
    """Return a callback that tells Teams of a failure: one card per run on a DAG, one per failure on a task.

    Put it on the DAG: the run's card lists every failed task and why it failed. On a task it also serves as
    `on_retry_callback`.

    Args:
        **options: The keywords of `TeamsNotifier` but `event`.

    Example:
        >>> teams_failure(mentions={"Data on-call": "oncall@example.com"})
        TeamsNotifier(conn_id='msteams_webhook_url', event='failure')
    """
    return TeamsNotifier(event=Event.FAILURE, **options)


def teams_recovery(**options: Any) -> TeamsNotifier:
    """Return a DAG's `on_success_callback` that tells Teams when a run succeeds after a failed one.

    Args:
        **options: The keywords of `TeamsNotifier` but `event`.

    Example:
        >>> teams_recovery()
        TeamsNotifier(conn_id='msteams_webhook_url', event='recovery')
    """
    return TeamsNotifier(event=Event.RECOVERY, **options)


def _report(delivery: Delivery) -> None:
    if delivery.accepted:
        log.info(
            "airflowkit: Teams accepted the alert (HTTP %s, attempt %s, %.1f s); it does not say whether it shows it",
            delivery.status,
            delivery.attempts,
            delivery.seconds,
        )
        return
    hint = f". {delivery.hint}" if delivery.hint else ""
    tried = f" after {delivery.attempts} attempts" if delivery.attempts > 1 else ""
    log.error("airflowkit: Teams alert LOST%s: %s%s", tried, delivery.problem, hint)


def _teams_settings(*, lenient: bool) -> Teams:
    """Return `[teams]`: from the DAG file's `airflowkit.toml`, else from the DAG folder's.

    A deadline's callback is made outside the DAG file, when it is too late for an error.
    """
    try:
        settings = load_settings(caller_file())
        return settings.teams if settings.path else load_settings(_dag_folder()).teams
    except SettingsError as error:
        if not lenient:
            raise
        log.warning("airflowkit: %s", error)
        return Teams()


def _dag_folder() -> Path:
    from airflow.providers.common.compat.sdk import conf

    return Path(conf.get("core", "dags_folder"))


def _mentioned(mentions: Mentions) -> tuple[Mention, ...]:
    if isinstance(mentions, str):
        mentions = [mentions]
    if isinstance(mentions, Mapping):
        return tuple(Mention(name, address) for name, address in mentions.items())
    return tuple(Mention(address.partition("@")[0], address) for address in mentions)


def _fault(error: BaseException) -> str:
    """Return where a fault lies; its text may hold anything."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"
