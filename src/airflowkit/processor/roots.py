"""The folders of a repository from which its DAG files import: the one place that decides it, for every command.

They come from `[check] python_path`, or else from what the repository itself puts on `PYTHONPATH` where it is deployed
or tested. The DAG folder and the plugins folder are Airflow's own such roots and are not among them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflowkit.errors import SettingsError
from airflowkit.processor.container_paths import in_repository, placed
from airflowkit.processor.mentions import mentions, of_pytest, texts
from airflowkit.repository import plain, repository_root
from airflowkit.settings import check_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ImportRoot:
    """A folder on the import path of the DAG processor.

    Attributes:
        path: The folder.
        origin: What says so: the setting, or the name of a file, relative to the repository.
        for_tests: Whether only tests and CI have it, as far as the repository says.
    """

    path: Path
    origin: str
    for_tests: bool = False


def import_roots(dags: Path) -> tuple[ImportRoot, ...]:
    """Return the import roots of a DAG folder's repository, those of a deployment first.

    Args:
        dags: The DAG folder.

    Raises:
        SettingsError: `[check] python_path` names a folder that does not exist.
    """
    root = root_of(dags)
    given = check_settings(plain(dags)).python_path
    if given is not None:
        return tuple(_named(root or plain(dags).parent, name) for name in given)
    if root is None:
        return ()
    found: dict[Path, ImportRoot] = {}
    for each in sorted(_found(root, dags), key=lambda it: it.for_tests):
        found.setdefault(each.path, each)
    return tuple(found.values())


def root_of(dags: Path) -> Path | None:
    """Return the repository around a DAG folder; without git and settings, the folder around one named `dags`."""
    return repository_root(dags) or (plain(dags).parent if dags.name == "dags" else None)


def _named(root: Path, name: str) -> ImportRoot:
    path = plain(root / name)
    if not path.is_dir():
        raise SettingsError(f"[check] python_path: {path} does not exist", hint="name folders relative to the root")
    return ImportRoot(path, "[check] python_path")


def _found(root: Path, dags: Path) -> Iterator[ImportRoot]:
    files = list(texts(root, dags))
    known = [each for file, text in files for each in placed(text, file, root)]
    said = [each for file, text in files if "PYTHONPATH" in text or "FROM" in text for each in mentions(file, text)]
    for each in (*said, *of_pytest(root)):
        if (path := in_repository(each.path, each.file, root, known)) and path != dags.resolve():
            within = root / os.path.relpath(path, root.resolve())
            yield ImportRoot(plain(within), os.path.relpath(each.file, root), each.for_tests)
