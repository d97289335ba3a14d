"""AK118: the DAG folder, as Airflow walks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Fault
from airflowkit.checks.model.rule import FolderSubject, folder_rule
from airflowkit.discovery.dag_files import repeated_folders

if TYPE_CHECKING:
    from collections.abc import Iterator


@folder_rule("AK118", "folder-found-twice")
def folder_found_twice(folder: FolderSubject) -> Iterator[Fault]:
    """Checks that no link in the DAG folder leads to a folder that Airflow finds without it.

    ## Why it matters
    Airflow follows links. When it comes to a folder for the second time, it takes that for an endless loop: the DAG
    processor logs "Detected recursive loop when walking DAG directory", finds no file at all, and no DAG is updated.

    ## How to fix it
    Delete the link, or list it in `.airflowignore`.
    """
    for link, other in repeated_folders(folder.folder):
        yield Fault(
            f"leads to {other}, which Airflow finds as well: it takes that for a loop, and finds no DAG file at all",
            hint="delete the link, or list it in .airflowignore",
            path=str(link),
        )


RULES: Final = (folder_found_twice,)
