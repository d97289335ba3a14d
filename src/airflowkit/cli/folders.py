"""The arguments and options of commands that load DAG files, the same in each of them."""

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
DagPaths = Annotated[
    list[Path] | None, typer.Argument(metavar="PATH", help="DAG folders and files.", show_default=False)
]
Workers = Annotated[int | None, typer.Option(min=1, help="Worker processes; by default one per CPU.")]
