"""What an alert tells the watchdog of its card, and the watchdog the alert. It never raises, and costs one question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from airflowkit.alerts.facts.context import is_of_run, run_ids
from airflowkit.alerts.facts.facts import Event
from airflowkit.alerts.facts.marks import Mark, is_watched, leave_mark, read_mark
from airflowkit.alerts.facts.run_state import supervisor
from airflowkit.alerts.safety.lenient import time
from airflowkit.alerts.safety.log import log
from airflowkit.alerts.safety.timebox import within

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(slots=True)
class CardRecord:
    """What is known of the cards of a failed run.

    Attributes:
        dag_id: Its DAG.
        run_id: The run.
        started: When it started, the last time.
        of_run: Whether the card is the run's own, and not that of a task.
        late: Whether the watchdog sends it.
        counts: Whether the card tells of the failure of a run, and a watchdog asks for that.
        before: The mark that is there already.
    """

    dag_id: str
    run_id: str
    started: datetime | None
    of_run: bool
    late: bool
    counts: bool = False
    before: Mark | None = None

    @classmethod
    def of(cls, context: Any, event: Event, *, late: bool, patience: float) -> Self:
        """Read what is there; where Airflow does not answer in time, the card is sent, and leaves its mark."""
        dag_id, run_id = run_ids(context)
        found = cls(dag_id, run_id, time(context, "dag_run", "start_date"), is_of_run(context), late)
        if event is Event.FAILURE and dag_id and run_id and supervisor() and not within(patience, found.read):
            log.warning("airflowkit: Airflow did not say in %g s whether the watchdog has sent the card", patience)
            found.counts = True
        return found

    def read(self) -> bool:
        """Ask whether there is a watchdog, and for the mark of the run."""
        try:
            self.counts = is_watched()
            mark = read_mark(self.dag_id, self.run_id) if self.counts else None
            self.before = mark if mark and mark.is_of(self.started) else None
        except Exception as error:  # noqa: BLE001  a card too many is better than none
            log.warning("airflowkit: cannot ask for the watchdog's mark (%s)", type(error).__name__)
        return True

    def sent_late(self) -> bool:
        """Return whether the watchdog has sent this card, because its callback was late."""
        return self.of_run and not self.late and self.before is not None and self.before.late

    def leave(self, *, muted: bool) -> None:
        """Leave the mark of a card that arrived, or that is muted.

        Args:
            muted: Whether it is muted: a task's card then says nothing of its run, in which others may have failed.
        """
        if not self.counts or (self.before is not None and not self.late) or (muted and not self.of_run):
            return
        try:
            leave_mark(self.dag_id, self.run_id, late=self.late)
        except Exception as error:  # noqa: BLE001  the card has arrived, which is what counts
            log.warning("airflowkit: cannot leave the mark of the card (%s)", type(error).__name__)
