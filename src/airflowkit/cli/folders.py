"""The option for the DAG folder, the same in every command that loads a DAG."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def _default() -> Path:
    from airflowkit.repository import default_dags_folder

    return default_dags_folder()


DagsFolder = Annotated[
    Path,
    typer.Option(
        "--dags-folder", "-S", default_factory=_default, show_default="the repository's", help="The DAG folder."
    ),
]
