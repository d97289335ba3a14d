"""AK3xx: any task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.checks.findings import Fault
from airflowkit.checks.rule import FileSubject, file_rule

if TYPE_CHECKING:
    from collections.abc import Iterator


@file_rule("AK301", "task-outside-dag")
def task_outside_dag(file: FileSubject) -> Iterator[Fault]:
    """Checks that every task belongs to a DAG.

    ## Why it matters
    A task that is built after the `with` block, or without `dag=`, belongs nowhere. Airflow drops it and says nothing.

    ## How to mend it
    Move it into the `with` block, or pass `dag=`.
    """
    for orphan in file.facts.orphans:
        yield Fault(
            "belongs to no DAG and never runs",
            mend="move it into the `with DAG(...)` block",
            line=orphan.line,
            task_id=orphan.name,
        )


RULES: Final = (task_outside_dag,)
