"""The one place that knows where the supported Airflow versions (2.11, 3.1 to 3.3) keep their names.

Names that `airflow.providers.common.compat.sdk` has in all versions are imported from there, not from here.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any


@lru_cache(maxsize=1)
def airflow_version() -> tuple[int, int]:
    """Return Airflow's major and minor version, without importing Airflow."""
    major, minor = version("apache-airflow").split(".")[:2]
    return int(major), int(minor)


def empty_dag_bag(folder: Path) -> Any:
    """Return a DagBag for the files of a folder; it has loaded none of them yet."""
    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:  # before 3.2
        from airflow.models.dagbag import DagBag
    return DagBag(dag_folder=str(folder), collect_dags=False, bundle_path=folder)


def dag_files(folder: Path) -> list[Path]:
    """Return the files of a folder that may hold DAGs, by Airflow's rules: `.airflowignore`, safe mode."""
    from airflow.utils.file import list_py_file_paths

    return sorted(Path(file) for file in list_py_file_paths(folder.resolve()))
