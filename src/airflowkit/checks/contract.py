"""The contract of a DAG folder: its files are imported by the workers that check them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflowkit.checks.deployment import check_options
from airflowkit.checks.parsing import new_pools, parsed
from airflowkit.checks.rules import NEED_TWO_PARSES
from airflowkit.checks.suppression.selection import narrowed
from airflowkit.checks.workers.messages import Job
from airflowkit.contract.document import Contract
from airflowkit.discovery.dag_files import dag_files
from airflowkit.errors import NoDagFile
from airflowkit.repository import dags_folder, dags_folder_of, shown_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from airflowkit.checks.model.facts import FileFacts


@dataclass(frozen=True, slots=True)
class Collected:
    """The contract of a folder, and how far it goes.

    Attributes:
        contract: What the tasks need.
        failures: Why a file could not be imported, by its path: what its tasks need is not known.
    """

    contract: Contract
    failures: Mapping[str, str]


def collect(root: Path) -> Collected:
    """Return what the DAGs of a repository need of the cluster.

    Args:
        root: The repository.

    Raises:
        SettingsError: `airflowkit.toml` is wrong.
        NoDagFile: There is none, and no DAG folder.
        WorkersUnavailable: Airflow cannot be imported.
    """
    folder = dags_folder_of(root)
    options = narrowed(check_options(folder), (), NEED_TWO_PARSES)
    jobs = [Job(str(file), str(folder), options, contract=True, judged=False) for file in dag_files(folder)]
    if not jobs and not (dags_folder(root) and folder.is_dir()):
        raise NoDagFile(f"no DAG file in {shown_folder(folder)}", hint="name the repository: airflowkit doctor PATH")
    parsed_files = parsed(jobs, new_pools(), lambda _done, _of: None, twice=False) if jobs else ()
    facts = sorted(parsed_files, key=lambda file: file.path)
    return Collected(
        contract=Contract.of(task for file in facts for task in file.needs),
        failures={file.path: _why(file) for file in facts if file.failure or any(it.failed for it in file.findings)},
    )


def _why(file: FileFacts) -> str:
    if file.failure:
        return file.failure.text
    return next(finding.message for finding in file.findings if finding.failed)
