"""Assets that tasks name by reference: in production Airflow knows them from the DAGs that define them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from airflowkit import _airflow_run
from airflowkit.dags import load_file
from airflowkit.discovery.dag_files import dag_files
from airflowkit.errors import AirflowKitError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path


def register_named_assets(dag: Any, folder: Path, empty: Path) -> None:
    """Have this Airflow know the DAGs that may define the assets that a DAG's tasks refer to.

    Args:
        dag: The DAG.
        folder: The DAG folder, in which the others are.
        empty: An empty folder, which Airflow takes for its DAG folder.
    """
    references = _airflow_run.asset_references(dag)
    for file in files_with(references, folder) if references else ():
        with suppress(AirflowKitError):  # a file that cannot be imported defines nothing in production either
            for other in load_file(file, folder):
                if other.dag.dag_id != dag.dag_id:
                    _airflow_run.sync_dag(other.dag, other.path, empty)


def files_with(words: Collection[str], folder: Path) -> Iterator[Path]:
    """Yield the DAG files in which one of several words stands, in upper or lower case."""
    texts = [word.lower().encode() for word in words]
    for file in dag_files(folder):
        with suppress(OSError):
            content = file.read_bytes().lower()
            if any(text in content for text in texts):
                yield file
