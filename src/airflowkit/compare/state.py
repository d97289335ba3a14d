"""What Airflow makes of the DAG files of a repository."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from airflowkit.checks.conclusion import report_on
from airflowkit.checks.deployment import check_options
from airflowkit.checks.rules import NEED_TWO_PARSES
from airflowkit.checks.suppression.selection import narrowed
from airflowkit.checks.workers.messages import Job
from airflowkit.checks.workers.pool import Pool
from airflowkit.checks.workers.retrial import results
from airflowkit.discovery.dag_files import dag_files
from airflowkit.repository import dags_folder_of, plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from airflowkit.checks.model.facts import FileFacts
    from airflowkit.checks.model.findings import Finding

Task = tuple[str, str]
"""The id of a DAG, and of a task."""


@dataclass(frozen=True, slots=True)
class State:
    """The DAGs of a repository as they are parsed, without the place where the repository is.

    Attributes:
        dags: The serialized form of each DAG, by its id.
        pods: The pods of each task, as Kubernetes gets them.
        failures: Why each file that cannot be imported cannot, by its path.
        findings: What the rules find.
    """

    dags: Mapping[str, str]
    pods: Mapping[Task, str]
    failures: Mapping[str, str]
    findings: tuple[Finding, ...]


def state_of(repository: Path) -> State:
    """Parse the DAG files of a repository.

    Args:
        repository: Its folder.

    Raises:
        SettingsError: `airflowkit.toml` is wrong.
        WorkersUnavailable: Airflow cannot be imported.
    """
    root = plain(repository)
    folder = dags_folder_of(root)
    options = narrowed(check_options(folder), (), NEED_TWO_PARSES)
    jobs = [Job(str(file), str(folder), options, serialize=True, evidence=True) for file in dag_files(folder)]
    facts: list[FileFacts] = []
    if jobs:
        with Pool((), min(len(jobs), len(os.sched_getaffinity(0))), folder=folder) as pool:
            facts = sorted(results(pool, jobs), key=lambda file: file.path)
    report = report_on(facts, folder, options, ())
    tasks = {task: text for file in facts for task, text in _evidence(file)}
    return State(
        dags={dag_id: _placeless(text, root) for file in facts for dag_id, text in file.serialized},
        pods={task: _placeless(json.dumps(json.loads(text)["pods"]), root) for task, text in tasks.items()},
        failures={_placeless(file.path, root): _placeless(file.failure.text, root) for file in facts if file.failure},
        findings=tuple(
            replace(found, path=_placeless(found.path, root), message=_placeless(found.message, root))
            for found in report.findings
        ),
    )


def _evidence(file: FileFacts) -> list[tuple[Task, str]]:
    """Return what each task of a file does; its facts name the tasks in the same order."""
    tasks = [(dag.dag_id, task_id) for dag in file.dags for task_id in dag.task_ids]
    return list(zip(tasks, file.evidence, strict=False))


def _placeless(text: str, root: Path) -> str:
    return text.replace(f"{root}{os.sep}", "").replace(str(root), ".")
