"""The kinds of files that Airflow reads DAGs from: Python files, archives of them, and what its importers add."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zipfile import is_zipfile

from airflowkit._airflow import airflow_version
from airflowkit.discovery.importers import importers

if TYPE_CHECKING:
    from pathlib import Path


def can_hold_dags(file: Path) -> bool:
    """Return whether a file is of a kind that Airflow reads DAGs from."""
    return is_imported(file) or is_python(file) or is_archive(file)


def is_imported(file: Path) -> bool:
    """Return whether Airflow must be asked for the DAGs of a file: no source and no archive of Python code.

    From 3.4 on these are the files of its importers, and bytecode without its source.
    """
    if airflow_version() < (3, 4):
        return False
    if file.suffix.lower() in importers():
        return True
    return file.suffix.lower() == ".pyc" and not file.with_suffix(".py").exists()


def is_python(file: Path) -> bool:
    """Return whether Airflow executes a file as a Python module."""
    return (file.suffix if airflow_version() < (3, 4) else file.suffix.lower()) == ".py"


def is_archive(file: Path) -> bool:
    """Return whether Airflow takes a file for zipped DAGs: by its name from 3.4 on, before by its content."""
    if airflow_version() >= (3, 4):
        return file.suffix.lower() == ".zip"
    return not is_python(file) and is_zipfile(file)
