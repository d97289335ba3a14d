"""The mark of a delivered card, by which the watchdog knows which failed runs nobody has heard of.

It is a Variable: Airflow lets the process of a DAG-level callback write nothing else, from 3.1 on. Marks are only left
where a watchdog runs, which removes them: its own Variable says so. Without Airflow's supervisor, as in a local run,
there are none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from airflowkit.alerts.facts.run_state import supervisor
from airflowkit.alerts.safety.lenient import look, text, time
from airflowkit.alerts.safety.log import log

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import timedelta

WATCH: Final = "airflowkit_alert_watch"
"""The Variable in which the watchdog keeps how far it has come."""
_PREFIX: Final = "airflowkit_alert_mark_"
_MOST_OLD: Final = 100
"""Marks that one look reads to find old ones."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is known of the card of a run.

    Attributes:
        at: When it was delivered, or kept back because the run is muted.
        late: Whether the watchdog sent it.
    """

    at: datetime
    late: bool = False

    def is_of(self, started: datetime | None) -> bool:
        """Return whether it is of the run as it started last: a cleared run starts again, and may fail again."""
        return started is None or self.at >= started


def is_watched() -> bool:
    """Return whether a watchdog looks at the runs of this Airflow; without a supervisor, nobody knows."""
    return bool(read_value(WATCH))


def read_mark(dag_id: str, run_id: str) -> Mark | None:
    """Return the mark of a run, or None if there is none."""
    return _mark(read_value(key_of_mark(dag_id, run_id)))


def leave_mark(dag_id: str, run_id: str, *, late: bool = False) -> None:
    """Leave the mark of a card, for the watchdog and for a callback that comes after it."""
    value = {"dag_id": dag_id, "run_id": run_id, "at": datetime.now(UTC).isoformat(), "late": late}
    write_value(key_of_mark(dag_id, run_id), value, f"The card of a failed run of {dag_id} (airflowkit)"[:250])


def remove_mark(dag_id: str, run_id: str) -> None:
    """Remove the mark of a run that the watchdog does not look at again."""
    _remove(key_of_mark(dag_id, run_id))


def remove_old_marks(age: timedelta) -> None:
    """Remove the marks of runs that were cleared before the watchdog saw them, from Airflow 3.3 on.

    Older versions do not tell a task which Variables there are.

    Args:
        age: How old they must be.
    """
    for key in _keys():
        mark = _mark(read_value(key))
        if mark is None or mark.at < datetime.now(UTC) - age:
            _remove(key)


def read_value(key: str) -> Mapping[str, Any]:
    """Return a Variable's value, or an empty one; the secrets backend is not asked.

    Raises:
        OSError: Airflow does not answer; or whatever else its supervisor raises.
    """
    from airflow.sdk.execution_time.comms import GetVariable

    try:
        found = json.loads(text(supervisor().send(GetVariable(key=key)), "value") or "{}")
    except ValueError:  # somebody has changed it
        return {}
    return found if isinstance(found, dict) else {}


def write_value(key: str, value: Mapping[str, Any], description: str) -> None:
    """Set a Variable.

    Args:
        key: Its key.
        value: Its value.
        description: What Airflow's page of Variables says of it.
    """
    from airflow.sdk.execution_time.comms import PutVariable

    supervisor().send(PutVariable(key=key, value=json.dumps(value), description=description))


def _remove(key: str) -> None:
    from airflow.sdk.execution_time.comms import DeleteVariable

    supervisor().send(DeleteVariable(key=key))


def _keys() -> Iterator[str]:
    try:
        from airflow.sdk.execution_time.comms import GetVariableKeys
    except ImportError:  # before Airflow 3.3
        return
    try:
        yield from look(supervisor().send(GetVariableKeys(prefix=_PREFIX, limit=_MOST_OLD)), "keys") or ()
    except Exception as error:  # noqa: BLE001  they are tidied up another time
        log.warning("airflowkit: cannot list the marks of delivered cards (%s)", type(error).__name__)


def _mark(value: Mapping[str, Any]) -> Mark | None:
    at = time(value, "at")
    return Mark(at, look(value, "late") is True) if at else None


def key_of_mark(dag_id: str, run_id: str) -> str:
    """Return a key that fits: ids may be as long as the keys of Variables."""
    return f"{_PREFIX}{sha256(json.dumps([dag_id, run_id]).encode()).hexdigest()[:40]}"
