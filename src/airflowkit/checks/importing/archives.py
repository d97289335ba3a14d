"""Imports zipped DAGs in a worker process: the modules that Airflow imports, with the archive on `sys.path`."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from importlib import import_module, invalidate_caches
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from airflowkit._airflow import airflow_version
from airflowkit.checks.importing.execution import executed
from airflowkit.discovery.safe_mode import dag_modules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType


def import_archive(path: str, context: Any) -> list[ModuleType]:
    """Import the modules of an archive as Airflow does, and forget them: the next archive may have the same names.

    Args:
        path: The archive.
        context: Airflow's class that collects the DAGs; it assigns them to the module that it is given.
    """
    files = dag_modules(Path(path))
    if airflow_version() >= (3, 4):
        with _on_path(path, ()):
            return [_executed(path, file, context) for file in files]
    names = [PurePosixPath(file).stem for file in files]
    with _on_path(path, names):
        return [_imported(name, context) for name in names]


def _imported(name: str, context: Any) -> ModuleType:
    context.current_autoregister_module_name = name
    return import_module(name)


def _executed(path: str, file: str, context: Any) -> ModuleType:
    """Execute a module as Airflow does from 3.4 on: under a name of its own."""
    from airflow.utils.file import get_unique_dag_module_name

    place = f"{path}{os.sep}{file}"
    context.current_autoregister_module_name = name = get_unique_dag_module_name(place)
    with ZipFile(path) as archive:
        content = archive.read(file)
    try:
        return executed(name, place, content)
    finally:
        sys.modules.pop(name, None)


@contextmanager
def _on_path(path: str, names: Sequence[str]) -> Iterator[None]:
    """Import modules from an archive, even if their names are taken; the caller restores `sys.path`."""
    displaced = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    known = set(sys.modules)
    sys.path.insert(0, path)
    invalidate_caches()  # the archive at this path may have changed
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name not in known and _lies_in(sys.modules[name], path)]:
            del sys.modules[name]
        sys.modules.update(displaced)


def _lies_in(module: ModuleType, archive: str) -> bool:
    places = (getattr(module, "__file__", None), *getattr(module, "__path__", ()))
    return any(str(place).startswith(f"{archive}{os.sep}") for place in places)
