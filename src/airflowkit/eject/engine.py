"""Ejects DAG files, side by side, each folder with its own settings."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from airflowkit.adopt.dependents import importers_of
from airflowkit.adopt.engine import PRELOADED, in_step
from airflowkit.checks.parsing import preloaded
from airflowkit.checks.workers.contents import Parser
from airflowkit.checks.workers.pool import Pool
from airflowkit.eject.ejection import Ejection, ejection
from airflowkit.repository import dags_folder_of, from_here
from airflowkit.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from airflowkit.adopt.engine import Draft


def ejected(files: Sequence[Draft], workers: int) -> Iterator[Ejection]:
    """Yield what becomes of each file; nothing is written.

    Args:
        files: The files.
        workers: How many processes parse files.

    Raises:
        SettingsError: `airflowkit.toml` is wrong.
        WorkersUnavailable: Airflow cannot be imported.
    """
    folders: dict[Path, list[Draft]] = defaultdict(list)
    for draft in files:
        folders[dags_folder_of(draft.file.path)].append(draft)
    for folder, its in folders.items():
        modules = (*preloaded((draft.file.path for draft in its), twice=True), *PRELOADED)
        importers = importers_of((draft.file.path for draft in its), folder)
        settings = load_settings(folder)
        with Pool(modules, min(workers, len(its)), folder=folder) as pool:
            steps = {it.file.path: ejection(it.file, settings) for it in its}
            yield from (_alone(each, importers) for each in in_step(steps, Parser(pool, folder)))


def _alone(each: Ejection, importers: Mapping[Path, Path]) -> Ejection:
    """Return what becomes of a file; nothing, if another one imports it: its pods there are not compared."""
    importer = importers.get(each.file.path.absolute()) if each.text != each.file.text else None
    if importer is None:
        return each
    return each.refused(f"{from_here(importer).as_posix()} imports it, and what that makes of it is not compared")
