"""The arguments that Airflow 3 and its providers renamed or removed.

Sources: ruff's rules AIR301 and AIR311, and the changelogs of the providers cncf-kubernetes (2.0.0, 10.0.0), postgres
(6.0.0) and snowflake (6.0.0), whose operators became `SQLExecuteQueryOperator`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Keyword:
    """What became of an argument.

    Attributes:
        old: Its name.
        new: Its name now; empty if it was removed.
        advice: What to do in place of a removed one, if deleting it is not enough.
        since: The version.
        ignored: Whether it is still accepted, and does nothing, without an error.
    """

    old: str
    new: str = ""
    advice: str = ""
    since: str = "Airflow 3.0"
    ignored: bool = False

    @property
    def what(self) -> str:
        """What happened to it: `was renamed in Airflow 3.0`."""
        return f"was {'renamed' if self.new else 'removed'} in {self.since}"

    @property
    def hint(self) -> str:
        """What to write instead."""
        return f"write {self.new}=" if self.new else self.advice or "delete it"

    @property
    def mechanical(self) -> bool:
        """Whether the rename, or the deletion, keeps what the call does."""
        return bool(self.new) or not self.advice


_PROVIDER: Final = "version 10.0 of the provider cncf-kubernetes"
_TABLE: Final[Mapping[str, tuple[Keyword, ...]]] = {
    "DAG": (
        Keyword("schedule_interval", "schedule"),
        Keyword("timetable", "schedule"),
        Keyword("concurrency", "max_active_tasks"),
        Keyword("fail_stop", "fail_fast"),
        Keyword("default_view"),
        Keyword("orientation"),
        Keyword("sla_miss_callback", advice="pass deadline=DeadlineAlert(…), from Airflow 3.1 on", ignored=True),
        Keyword("full_filepath"),
    ),
    "BaseOperator": (
        Keyword("provide_context"),
        Keyword("task_concurrency", "max_active_tis_per_dag"),
        Keyword("xcom_push", "do_xcom_push"),
        Keyword("sla", advice="pass deadline=DeadlineAlert(…) to the DAG, from Airflow 3.1 on", ignored=True),
    ),
    "Variable": (Keyword("default_var", "default"),),
    "TriggerDagRunOperator": (Keyword("execution_date", "logical_date"),),
    "BranchDateTimeOperator": (Keyword("use_task_execution_date", "use_task_logical_date"),),
    "BranchDayOfWeekOperator": (Keyword("use_task_execution_day", "use_task_logical_date"),),
    "DayOfWeekSensor": (Keyword("use_task_execution_day", "use_task_logical_date"),),
    "AssetOrTimeSchedule": (Keyword("datasets", "assets"),),
    "SQLExecuteQueryOperator": (
        Keyword("postgres_conn_id", "conn_id", since="version 6.0 of the provider postgres"),
        Keyword(
            "runtime_parameters",
            advice='use hook_params={"options": "-c name=value"}',
            since="version 6.0 of the provider postgres",
        ),
        Keyword("snowflake_conn_id", "conn_id", since="version 6.0 of the provider snowflake"),
    ),
    "KubernetesPodOperator": (
        Keyword("node_selectors", "node_selector", since="version 2.0 of the provider cncf-kubernetes"),
        Keyword("is_delete_operator_pod", advice='use on_finish_action="keep_pod" or "delete_pod"', since=_PROVIDER),
        Keyword("progress_callback", advice="use callbacks=", since=_PROVIDER),
    ),
}
"""By the class whose constructor took it, or a Variable's `get`; `BaseOperator` is every operator."""
CLASSES: Final = tuple(_TABLE)
"""The classes of which the table knows arguments."""
IGNORED: Final[Mapping[str, tuple[Keyword, ...]]] = {
    cls: tuple(each for each in keywords if each.ignored) for cls, keywords in _TABLE.items()
}
"""The arguments that Airflow 3 accepts and does nothing with, by the class.

Found by giving Airflow 3.3 every argument of `DAG` and `BaseOperator` that 2.11 has: all others of this table raise.
"""
DROPPED: Final = tuple(each.old for each in (*_TABLE["BaseOperator"], *IGNORED["DAG"]))
"""The keys of `default_args` that no operator takes any more, whichever it is."""


def renamed(classes: Iterable[str], name: str) -> Keyword | None:
    """Return what became of an argument of a class.

    Args:
        classes: The names of the class and of its bases.
        name: The argument.
    """
    return next((each for cls in classes for each in _TABLE.get(cls, ()) if each.old == name), None)
