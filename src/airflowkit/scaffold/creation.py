"""Creates a new DAG or a new repository."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.errors import ScaffoldError
from airflowkit.repository import dags_folder_of
from airflowkit.scaffold.answers import DagAnswers, RepositoryAnswers
from airflowkit.scaffold.git import first_commit
from airflowkit.scaffold.names import check_free
from airflowkit.scaffold.places import file_of_dag
from airflowkit.scaffold.rendering import render_dag, render_repository
from airflowkit.scaffold.writing import write_file, write_tree

if TYPE_CHECKING:
    from pathlib import Path

FIRST_DAG: Final = "hello_pod"
"""The DAG of a new repository, so that its checks, tests and first run have something to work on."""


def create_dag(answers: DagAnswers, folder: Path) -> Path:
    """Write a DAG file.

    Args:
        answers: The values for the DAG.
        folder: Its folder, which is created if it is missing.

    Returns:
        The new file.

    Raises:
        ScaffoldError: A file or a DAG with that name exists, or the folder is not writable.
    """
    if folder.is_dir():
        check_free(answers.name, sorted(path.name for path in folder.iterdir()))
        if other := file_of_dag(answers.name, dags_folder_of(folder)):
            raise ScaffoldError(f"{other} already has a DAG {answers.name!r}", hint="Choose another name")
    path = folder / f"{answers.name}.py"
    write_file(path, render_dag(answers))
    return path


def create_repository(answers: RepositoryAnswers, target: Path) -> str:
    """Write a git-sync repository, with a first commit.

    Args:
        answers: The values for the repository.
        target: Its folder; it may exist if it is empty or a fresh clone of an empty repository.

    Returns:
        A note about git for the user, or an empty string.

    Raises:
        ScaffoldError: The folder is not empty, or not writable.
    """
    note = "this is already a git repository: commit the files yourself"
    first_dag = DagAnswers(name=FIRST_DAG, owner=answers.owner, tags=(answers.owner,))
    files = render_repository(answers, first_dag)

    def commit(folder: Path) -> None:
        nonlocal note
        note = first_commit(folder, answers.branch)

    if (target / ".git").exists():
        write_tree(target, files)
    else:
        write_tree(target, files, finish=commit)
    return note
