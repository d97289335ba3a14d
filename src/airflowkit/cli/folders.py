"""Where the DAGs are and where Airflow may write, the same for every command that loads a DAG."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer


def _default() -> Path:
    from airflowkit.checks.discovery import default_folder

    return default_folder()


DagsFolder = Annotated[
    Path,
    typer.Option(
        "--dags-folder", "-S", default_factory=_default, show_default="the repository's", help="The DAG folder."
    ),
]


def keep_home_clean() -> None:
    """Give Airflow a folder for this process only, where the user has none: it makes `~/airflow` on import."""
    if "AIRFLOW_HOME" in os.environ or Path("~/airflow").expanduser().exists():
        return
    scratch = tempfile.mkdtemp(prefix="airflowkit-")
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    os.environ["AIRFLOW_HOME"] = scratch
