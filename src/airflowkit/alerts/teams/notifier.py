"""The callbacks for DAGs: `TeamsNotifier`, `teams_failure()`, `teams_recovery()`."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BaseNotifier  # noqa: TID253  it is a subclass

from airflowkit.alerts.facts.context import AlertSettings
from airflowkit.alerts.facts.facts import Event, Mention
from airflowkit.alerts.safety.log import log
from airflowkit.alerts.teams.alert import Alert
from airflowkit.alerts.teams.options import AlertOptions, Mentions, accepted
from airflowkit.errors import SettingsError
from airflowkit.setting_sections import MAX_ALERT_BUDGET, Teams
from airflowkit.settings import caller_file, load_settings

if TYPE_CHECKING:
    from typing import Unpack


class TeamsNotifier(BaseNotifier):
    """Posts a card to Microsoft Teams, from any callback of a DAG or a task, or from a deadline.

    It never raises, and never takes longer than its budget. Defaults come from `[teams]` in `airflowkit.toml`.

    Args:
        event: `failure`, `retry`, `success`, `recovery` or `deadline`; by default the context decides.
        conn_id: The Airflow connection whose password is the workflow's URL.
        title: Replaces the card's first line; may contain Jinja.
        message: Your own text on the card; may contain Jinja.
        mentions: Who is notified: addresses, or addresses by name.
        runbook: A link; may contain `{dag_id}` and `{task_id}`.
        environment: Shown in front of the first line, such as PROD.
        budget: Seconds that the alert may take in total, at most 15.
        context: The context of a deadline, which Airflow passes to the constructor.
        **unknown: An error; a warning in a deadline's callback, which is created too late for an error.

    Examples:
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
        **unknown: Any,
    ) -> None:
        lenient = context is not None
        options: dict[str, Any] = {
            "event": event,
            "title": title,
            "message": message,
            "mentions": mentions,
            "conn_id": conn_id,
        }
        options |= {"runbook": runbook, "environment": environment, "budget": budget}
        given = accepted(options | unknown, lenient=lenient)
        self.title = given.get("title", "")
        self.message = given.get("message", "")
        super().__init__()
        teams = _teams_settings(lenient=lenient)
        self.event = Event(given["event"]) if given.get("event") else None
        self.conn_id = given.get("conn_id") or teams.conn_id
        self.budget = float(min(given.get("budget", teams.budget), MAX_ALERT_BUDGET))
        self.context = context or {}
        self.settings = AlertSettings(
            environment=given.get("environment", teams.environment),
            owners=dict(teams.owners),
            mentions=_mentioned(given.get("mentions", ())),
            runbook=given.get("runbook", teams.runbook),
            title=self.title,
            message=self.message,
            mutes=teams.mute,
        )

    def __repr__(self) -> str:
        event = f", event={str(self.event)!r}" if self.event else ""
        return f"TeamsNotifier(conn_id={self.conn_id!r}{event})"

    def __call__(self, *args: Any) -> None:
        """Send the card; `args` is the context."""
        self.notify(args[0] if args else self.context)

    def __await__(self) -> Generator[Any, None, None]:
        """Send the card from the triggerer, with the constructor's context."""
        return self.async_notify(self.context).__await__()

    def notify(self, context: Any) -> None:
        """Send the card for a context; never raises."""
        self._alert(context).send()

    async def async_notify(self, context: Any) -> None:
        """Send the card without blocking the event loop; never raises."""
        await self._alert(context).send_async()

    def _alert(self, context: Any) -> Alert:
        return Alert(context, self.conn_id, self.event, self.settings, self.budget)


def teams_failure(**options: Unpack[AlertOptions]) -> TeamsNotifier:
    """Return a callback that reports failures to Teams: on a DAG one card per run, on a task one per failure.

    Put it on the DAG: the run's card lists every failed task and why it failed. On a task it is also an
    `on_retry_callback`.

    Args:
        **options: The keywords of `TeamsNotifier` except `event`.

    Examples:
        >>> teams_failure(mentions={"Data on-call": "oncall@example.com"})
        TeamsNotifier(conn_id='msteams_webhook_url', event='failure')
    """
    return TeamsNotifier(event=Event.FAILURE, **options)


def teams_recovery(**options: Unpack[AlertOptions]) -> TeamsNotifier:
    """Return an `on_success_callback` for a DAG: it reports to Teams when a run succeeds after a failed one.

    Args:
        **options: The keywords of `TeamsNotifier` except `event`.

    Examples:
        >>> teams_recovery()
        TeamsNotifier(conn_id='msteams_webhook_url', event='recovery')
    """
    return TeamsNotifier(event=Event.RECOVERY, **options)


def _teams_settings(*, lenient: bool) -> Teams:
    """Return `[teams]`: from the DAG file's `airflowkit.toml`, else from the DAG folder's.

    A deadline's callback is created outside the DAG file, when it is too late for an error.
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
