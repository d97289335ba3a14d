"""Creates a new repository."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from airflowkit.discovery.dag_files import dag_files, holds_dag_files
from airflowkit.errors import ScaffoldError
from airflowkit.scaffold.answers.dag import DagAnswers
from airflowkit.scaffold.git import first_commit
from airflowkit.scaffold.record import RECORD, record
from airflowkit.scaffold.rendering import render_repository
from airflowkit.scaffold.writing import add_files, is_free, write_tree

if TYPE_CHECKING:
    from pathlib import Path

    from airflowkit.scaffold.answers.repository import RepositoryAnswers

FIRST_DAG: Final = "hello_pod"
"""The DAG of a new repository, so that its checks, tests and first run have something to work on."""
LOCAL: Final = "airflowkit.local.toml"
"""What local runs use for Secrets; git ignores it, and the first runs need it."""


@dataclass(frozen=True, slots=True)
class NewRepository:
    """What became of a new repository.

    Attributes:
        written: The paths of its new files.
        kept: The paths of files that were there already, and are as they were.
        first_dag: The name of its first DAG, or an empty string where it has DAGs already.
        note: A note about git for the user, or an empty string.
    """

    written: tuple[str, ...]
    kept: tuple[str, ...] = ()
    first_dag: str = ""
    note: str = ""


def create_repository(answers: RepositoryAnswers, target: Path) -> NewRepository:
    """Write a git-sync repository, with a first commit.

    Args:
        answers: The values for the repository.
        target: Its folder; it may exist if it is empty or a fresh clone of an empty repository.

    Raises:
        ScaffoldError: The folder is not empty, or not writable.
    """
    note = "this is already a git repository: commit the files yourself"
    first_dag = first_dag_of(answers)
    files = render_repository(answers, first_dag)
    files |= {RECORD: record(answers, files), LOCAL: files[f"{LOCAL}.example"]}

    def commit(folder: Path) -> None:
        nonlocal note
        note = first_commit(folder, answers.branch)

    if (target / ".git").exists():
        write_tree(target, files)
    else:
        write_tree(target, files, finish=commit)
    return NewRepository(written=tuple(files), first_dag=first_dag.name, note=note)


def complete_repository(answers: RepositoryAnswers, target: Path) -> NewRepository:
    """Write the files that an existing repository does not have; nothing that it has is changed.

    Args:
        answers: The values for the repository.
        target: Its folder.

    Raises:
        ScaffoldError: The folder is not there, or not writable.
    """
    if not target.is_dir():
        raise ScaffoldError(f"{target} is not a folder", hint="Without --existing, new-repo creates it")
    first_dag = None if _has_dags(target / answers.dags_folder) else first_dag_of(answers)
    files = render_repository(answers, first_dag)
    missing = {path: text for path, text in files.items() if is_free(target, path)}
    if is_free(target, RECORD):
        missing[RECORD] = record(answers, missing)
    if ".gitignore" in missing and is_free(target, LOCAL):
        missing[LOCAL] = files[f"{LOCAL}.example"]
    add_files(target, missing)
    ignore = "" if ".gitignore" in missing else f"add {LOCAL}, deploy/secrets* and .env to .gitignore, then "
    return NewRepository(
        written=tuple(missing),
        kept=tuple(path for path in (*files, RECORD) if path not in missing),
        first_dag=first_dag.name if first_dag else "",
        note=f"{ignore}commit the files yourself",
    )


def existing_dags_folder(target: Path) -> str | None:
    """Return the DAG folder of a repository, relative to it, or None where it has no DAG file."""
    usual = ("dags", "src/dags", "airflow/dags")
    found = (folder for folder in usual if _has_dags(target / folder))
    return next(found, "." if holds_dag_files(target) else None)


def _has_dags(folder: Path) -> bool:
    return folder.is_dir() and any(True for _ in dag_files(folder))


def first_dag_of(answers: RepositoryAnswers) -> DagAnswers:
    """Return the values for the first DAG of a new repository."""
    return DagAnswers(name=FIRST_DAG, owner=answers.owner, tags=(answers.owner,), teams=answers.teams)
