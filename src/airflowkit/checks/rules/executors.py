"""AK610: the executors that the deployment has."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Fault
from airflowkit.checks.model.pod_view import effective
from airflowkit.checks.model.rule import TaskSubject, task_rule
from airflowkit.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.setting_sections import Check

_BETWEEN: Final = re.compile(r"[,;=]")
"""What separates executors in `[core] executor`, with the names of teams between them."""


@task_rule("AK610", "unknown-executor")
def unknown_executor(task: TaskSubject) -> Iterator[Fault]:
    """Checks that the deployment has the executor that a task names.

    ## Why it matters
    The DAG processor refuses the whole DAG with UnknownExecutorException: its runs stop, and nobody is told.

    ## How to fix it
    Use an executor of the deployment, or none: the first one is then used. `[check] executors` lists them. Without it,
    those of `[check] executor` count, then those of `executor:` in the repository's Helm values (in `deploy/`, `helm/`
    or the root), then those of `AIRFLOW__CORE__EXECUTOR`; the rule is off if none of them is set.
    """
    named = effective(task.task, "executor")
    known = _known(task.options)
    names = {name for entry in known for name in _names(entry)}
    if not named or not names or not isinstance(named, str) or not names.isdisjoint({named, named.rpartition(".")[2]}):
        return
    hint = did_you_mean(named, names) or f"use one of {', '.join(known)}, or add it to [check] executors"
    yield Fault(f"names the executor {named!r}, which the deployment does not have", hint=hint)


RULES: Final = (unknown_executor,)


def _known(options: Check) -> list[str]:
    deployed = options.executor or os.environ.get("AIRFLOW__CORE__EXECUTOR", "")
    return options.executors or [name.strip() for name in _BETWEEN.split(deployed) if name.strip()]


def _names(entry: str) -> Iterator[str]:
    """Yield what a task may call an executor: `ALIAS:PATH` by its alias, path or class."""
    alias, _, path = entry.rpartition(":")
    yield from filter(None, (alias, path, path.rpartition(".")[2]))
