"""Ejects DAG files, side by side, each folder with its own settings."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from airflowkit.adopt.dependents import importers_of
from airflowkit.adopt.engine import by_folder, in_step, modules_for, unless_imported
from airflowkit.checks.fixes.files import TextFile, write
from airflowkit.checks.workers.contents import Parser
from airflowkit.checks.workers.pool import Pool
from airflowkit.eject.alerts import MODULE, TEAMS_FAILURE, in_the_way, module_text
from airflowkit.eject.ejection import ejection
from airflowkit.processor.environment import environment
from airflowkit.repository import dags_folder_of
from airflowkit.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflowkit.adopt.engine import Draft
    from airflowkit.eject.ejection import Ejection


def ejected(files: Sequence[Draft], workers: int) -> Iterator[Ejection]:
    """Yield what becomes of each file; nothing is written.

    Args:
        files: The files.
        workers: How many processes parse files.

    Raises:
        SettingsError: `airflowkit.toml` is wrong.
        WorkersUnavailable: Airflow cannot be imported.
    """
    for folder, its in by_folder(files).items():
        importers = importers_of((draft.file.path for draft in its), folder)
        settings = load_settings(folder)
        with _importable(folder), Pool(modules_for(its), min(workers, len(its)), folder=folder) as pool:
            steps = {it.file.path: ejection(it.file, settings) for it in its}
            for each in in_step(steps, Parser(pool, folder).facts):
                found = unless_imported(each, importers) if each.text != each.file.text else each
                if TEAMS_FAILURE in found.lost and in_the_way(folder):
                    found = found.refused(f"{MODULE}.py, where its alerts would go, is another file")
                yield found


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Have the processes that are started meanwhile find the module of the alerts, which is not written yet."""
    with TemporaryDirectory() as place:
        if not (folder / f"{MODULE}.py").exists():
            Path(place, f"{MODULE}.py").write_text(module_text(), encoding="utf-8")
        path = os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), place)))
        with environment({"PYTHONPATH": path}):
            yield


def missing_module(folder: Path) -> Path | None:
    """Return where the module of the alerts goes in a DAG folder; None if it is there."""
    path = folder / f"{MODULE}.py"
    return None if path.exists() else path


def write_module(path: Path) -> None:
    """Write the module of the alerts.

    Raises:
        FixFailed: It cannot be written.
    """
    write(TextFile.read(path), module_text().encode())


def kept_modules(modules: Sequence[Path], files: Sequence[Path]) -> list[Path]:
    """Return those modules that files import; remove the others, whose files could not be written."""
    folders = {dags_folder_of(file) for file in files}
    for path in modules:
        if path.parent not in folders:
            path.unlink(missing_ok=True)
    return [path for path in modules if path.parent in folders]
