"""One alert: connection, facts, card, delivery; within its budget, and never raising."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from airflowkit.alerts.facts.context import AlertSettings, event_of, gather, minimal_facts, recovered
from airflowkit.alerts.facts.facts import Event, Facts
from airflowkit.alerts.facts.mutes import mute_of
from airflowkit.alerts.facts.record import CardRecord
from airflowkit.alerts.safety.jinja import render
from airflowkit.alerts.safety.lenient import look
from airflowkit.alerts.safety.log import log
from airflowkit.alerts.safety.timebox import within
from airflowkit.alerts.teams.card import fitting_card, minimal_card
from airflowkit.alerts.teams.connection import Webhook, read_webhook, read_webhook_async
from airflowkit.alerts.teams.delivery import Delivery, post
from airflowkit.errors import DeliveryError, with_hint
from airflowkit.setting_sections import MAX_ALERT_BUDGET

if TYPE_CHECKING:
    from airflowkit.alerts.teams.elements import Card

_SENDING: Final = 0.4
"""The part of the budget that is kept for sending: a card that says less is better than none."""
_FIRST_ANSWER: Final = 25.0
"""Seconds that a run's alert waits for Airflow besides: a DAG processor builds the API that answers its first question
when it is asked, which takes seconds of its processor's time. With the budget, it is within the 50 seconds that a DAG
processor gives all callbacks of a file."""
_LOST: Final = "airflowkit: Teams alert LOST%s: %s"


@dataclass(slots=True)
class Alert:
    """One alert.

    Attributes:
        context: What Airflow passed to the callback.
        conn_id: The Airflow connection.
        event: What to report; None lets the context decide.
        settings: What the author and `airflowkit.toml` add; its title and message may contain Jinja.
        budget: Seconds that it may take in total.
        late: Whether the watchdog sends it, in place of a callback that did not.
        started: When it started.
        stage: What it is doing, to be logged when the time is up.
        told: Whether Teams has accepted the card, or the settings mute it.
        muted: Whether the settings mute it.
    """

    context: Any
    conn_id: str
    event: Event | None
    settings: AlertSettings
    budget: float
    late: bool = False
    started: float = field(default_factory=monotonic)
    stage: str = "reading how the previous run ended"
    told: bool = False
    muted: bool = False
    waited: float = field(init=False)
    """Seconds of waiting for Airflow that the budget does not count; until Airflow has answered, the most."""

    def __post_init__(self) -> None:
        self.waited = _FIRST_ANSWER if look(self.context, "reason") is not None else 0.0

    def send(self) -> bool:
        """Send the alert, or log why it is lost; return whether there is nothing left to do."""
        ended = within(self._left(), self._try_send)
        if ended is None:
            self._log_late()
        return bool(ended)

    async def send_async(self) -> None:
        """Send the alert without blocking the event loop."""
        try:
            # The triggerer's supervisor only answers requests from the event loop.
            self.stage = f"reading the connection {self.conn_id!r}"
            webhook = await asyncio.wait_for(read_webhook_async(self.conn_id), self._left())
            ended = await asyncio.to_thread(within, self._left(), lambda: self._try_send(webhook))
        except Exception as error:  # noqa: BLE001  an alert must not harm other triggers
            self._log_lost(error)
        else:
            if ended is None:
                self._log_late()

    def _try_send(self, webhook: Webhook | None = None) -> bool:
        try:
            return self._send(webhook)
        except Exception as error:  # noqa: BLE001  an alert must not harm its task
            self._log_lost(error)
        return False

    def _send(self, webhook: Webhook | None) -> bool:
        event = self._event()
        if event is None:
            return True
        self.stage = f"reading the connection {self.conn_id!r}"
        webhook = webhook or read_webhook(self.conn_id)
        for warning in webhook.warnings:
            log.warning("airflowkit: %s", warning)
        self.stage = "asking whether the watchdog has sent the card"
        read_until = self._deadline() - self._budget() * _SENDING
        record = CardRecord.of(self.context, event, late=self.late, patience=read_until - monotonic())
        if record.sent_late():
            log.info("airflowkit: the watchdog has sent the card of this run already")
            return True
        self.stage = "reading what failed in the run"
        facts = self._facts(event, max(0.0, read_until - monotonic()))
        self.waited = min(self.waited, monotonic() - self.started)
        if mute := mute_of(facts, self.settings.mutes):
            self.muted = True
            log.info("airflowkit: no card, because [teams] mute says so until %s: %s", mute.until, mute.reason)
        else:
            self.stage = f"waiting for an answer from {webhook.host}; the card may or may not have arrived"
            if not _reported(post(webhook, *_cards(facts), self._deadline())):
                return False
        self.stage, self.told = "leaving the mark of the card", True
        record.leave(muted=self.muted)
        return True

    def _event(self) -> Event | None:
        """Return what to report, or None for nothing: a run that succeeded as usual has not recovered."""
        if self.event is Event.RECOVERY:
            return Event.RECOVERY if recovered(self.context) else None
        if self.event is Event.FAILURE:
            # A failure callback may also be used as a retry callback.
            return Event.RETRY if event_of(self.context) is Event.RETRY else Event.FAILURE
        return self.event or event_of(self.context)

    def _facts(self, event: Event, patience: float) -> Facts:
        try:
            title, text = (render(template, self.context) for template in (self.settings.title, self.settings.message))
            settings = replace(self.settings, title=title, message=text)
            return gather(self.context, event, settings, patience=patience)
        except Exception as error:  # noqa: BLE001  a poorer card is better than none
            log.warning("airflowkit: the card says less than it could (%s)", _place_of(error))
            return minimal_facts(self.context, event)

    def _budget(self) -> float:
        return min(self.budget, MAX_ALERT_BUDGET)

    def _deadline(self) -> float:
        return self.started + self._budget() + self.waited

    def _left(self) -> float:
        return max(0.0, self._deadline() - monotonic())

    def _log_late(self) -> None:
        late = f"after {self._budget() + self.waited:.3g} s it was still {self.stage}"
        if self.told:
            log.warning("airflowkit: Teams accepted the alert, and %s: the watchdog may send it again", late)
        else:
            log.error(_LOST, "", late)

    def _log_lost(self, error: Exception) -> None:
        if isinstance(error, TimeoutError):
            self._log_late()
        else:
            log.error(
                _LOST, "", error if isinstance(error, DeliveryError) else f"{_place_of(error)} while {self.stage}"
            )


def _cards(facts: Facts) -> tuple[Card, Card]:
    """Return the card, and the smallest one in case Teams finds it too large."""
    try:
        return fitting_card(facts), minimal_card(facts)
    except Exception as error:  # noqa: BLE001  a poorer card is better than none
        log.warning("airflowkit: the card says less than it could (%s)", _place_of(error))
        return minimal_card(facts), minimal_card(facts)


def _reported(delivery: Delivery) -> bool:
    """Log how a delivery went; return whether Teams accepted the card."""
    if not delivery.accepted:
        tried = f" after {delivery.attempts} attempts" if delivery.attempts > 1 else ""
        log.error(_LOST, tried, with_hint(delivery.problem, delivery.hint))
        return False
    log.info(
        "airflowkit: Teams accepted the alert (HTTP %s, attempt %s, %.1f s); it does not confirm that it shows it",
        delivery.status,
        delivery.attempts,
        delivery.seconds,
    )
    return True


def _place_of(error: BaseException) -> str:
    """Return where a bug of airflowkit is; the exception's text may contain anything, so it is not used."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"
