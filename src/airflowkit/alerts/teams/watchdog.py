"""Finds failed runs for which no card was delivered, and sends the missing ones, once.

Airflow drops a DAG-level callback when the DAG processor dies, or when the file of the DAG is gone
(apache/airflow#63374, apache/airflow#49297). A card that was delivered has left a mark; whoever sends one leaves it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from airflowkit.alerts.facts.facts import Event
from airflowkit.alerts.facts.marks import WATCH, read_mark, read_value, remove_mark, remove_old_marks, write_value
from airflowkit.alerts.facts.run_state import supervisor
from airflowkit.alerts.safety.lenient import time
from airflowkit.alerts.safety.log import log
from airflowkit.alerts.safety.text import duration
from airflowkit.alerts.teams.alert import Alert
from airflowkit.errors import AirflowKitError, DeliveryError, counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflowkit.alerts.facts.airflow_api import AirflowApi, FailedRun
    from airflowkit.alerts.teams.notifier import TeamsNotifier

_MOST: Final = 20
"""Cards of one look: Teams takes 25 in five minutes, and the callbacks need some of them."""
_LOST_IN_A_ROW: Final = 3
"""Cards after which the look ends, because Teams takes none."""
_GIVE_UP: Final = timedelta(days=7)
"""After this time a card helps nobody, and a callback that has not come does not come any more."""
_LATE: Final = "Sent by the watchdog, {} after the end of the run: the card of its own callback did not arrive."
_DESCRIPTION: Final = "How far the watchdog of failed runs has come (airflowkit); remove it with the watchdog"


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the runs that have failed.

    Attributes:
        api: Where the runs are listed.
        notifier: How a card is sent.
        grace: How long the run's own callback has time.
        own: The DAG of the watchdog, which it leaves to that DAG's own alert: it fails while Teams takes no card.
    """

    api: AirflowApi
    notifier: TeamsNotifier
    grace: timedelta
    own: str = ""

    def send_missing(self) -> int:
        """Send what is missing; return how many cards were sent.

        Raises:
            AirflowApiError: Airflow did not say which runs have failed.
            DeliveryError: Teams did not take a card; the next look tries again.
        """
        if not supervisor():
            raise AirflowKitError("the watchdog only works in a task of Airflow 3")
        now = datetime.now(UTC)
        seen_until = time(read_value(WATCH), "until")
        if seen_until is None or seen_until > now:  # somebody has changed it: nothing would ever be after it
            tuple(self.api.failed_runs(now, now))  # it starts only where it can ask
            _remember(now)
            log.info("airflowkit: the watchdog starts: from now on, each delivered card leaves a mark")
            return 0
        since, until = max(seen_until, now - _GIVE_UP), now - self.grace
        if since > until:
            return 0
        runs = tuple(self.api.failed_runs(since, until))
        missing = [run for run in runs if run.dag_id != self.own and not _is_marked(run)]
        if time(read_value(WATCH), "until") != seen_until:  # and removed the marks that were not found
            log.warning("airflowkit: another look has ended meanwhile, so this one sends nothing: run one at a time")
            return 0
        sent, lost, waiting = self._send(missing)
        seen_until = min((run.ended for run in (*lost, *waiting)), default=until)
        _remember(seen_until)
        _tidy(run for run in runs if run.ended < seen_until)
        log.info("airflowkit: %s, %s sent late", counted(len(runs), "failed run"), counted(sent, "card"))
        if lost:
            raise _lost(lost)
        return sent

    def _send(self, missing: Iterable[FailedRun]) -> tuple[int, list[FailedRun], list[FailedRun]]:
        """Send cards as long as Teams takes them; return how many, the runs whose card it refused, and the rest."""
        sent, in_a_row = 0, 0
        lost: list[FailedRun] = []
        waiting = list(missing)
        while waiting and sent < _MOST and in_a_row < _LOST_IN_A_ROW:
            # If Teams takes no card, the newest shows it as well as the next; if some cards are refused, it is not one.
            run = waiting.pop(-1 if in_a_row == _LOST_IN_A_ROW - 1 else 0)
            alert = self._alert(run)
            if _is_marked(run):  # by a callback that came, or by another look
                continue
            if alert.send():
                sent, in_a_row = sent + (not alert.muted), 0
            else:
                lost.append(run)
                in_a_row += 1
        return sent, lost, waiting

    def _alert(self, run: FailedRun) -> Alert:
        of, given = self.notifier, self.notifier.settings
        late = _LATE.format(duration(datetime.now(UTC) - run.ended))
        settings = replace(given, message="\n".join(filter(None, (late, given.message))))
        return Alert(self.api.context(run), of.conn_id, Event.FAILURE, settings, of.budget, late=True)


def _is_marked(run: FailedRun) -> bool:
    mark = read_mark(run.dag_id, run.run_id)
    return mark is not None and mark.is_of(run.started)


def _remember(until: datetime) -> None:
    """Keep the time before which each failed run has its card."""
    write_value(WATCH, {"until": until.isoformat()}, _DESCRIPTION)


def _tidy(done: Iterable[FailedRun]) -> None:
    """Remove marks that nobody needs; one of a late card tells its callback, which may still come."""
    for run in done:
        mark = read_mark(run.dag_id, run.run_id)
        if mark and not mark.late:
            remove_mark(run.dag_id, run.run_id)
    remove_old_marks(_GIVE_UP)


def _lost(runs: list[FailedRun]) -> DeliveryError:
    first = f"{runs[0].dag_id}, run {runs[0].run_id}"
    what = f"{counted(len(runs), 'failed run')} without a card, the first of {first}"
    return DeliveryError(what, hint="the next look tries again; the log above says what Teams answered")
