"""The kinds of files that Airflow reads DAGs from: Python files, and archives of them.

Airflow 3.4's importers (`airflow.sdk.importers`) add kinds: this is the one place to add them to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zipfile import is_zipfile

if TYPE_CHECKING:
    from pathlib import Path


def can_hold_dags(file: Path) -> bool:
    """Return whether a file is of a kind that Airflow reads DAGs from."""
    return is_python(file) or is_archive(file)


def is_python(file: Path) -> bool:
    """Return whether Airflow imports a file as a Python module."""
    return file.suffix == ".py"


def is_archive(file: Path) -> bool:
    """Return whether Airflow takes a file for zipped DAGs: it looks at the content, whatever the name."""
    return not is_python(file) and is_zipfile(file)
