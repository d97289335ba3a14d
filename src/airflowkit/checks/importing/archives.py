"""Imports zipped DAGs in a worker process: the modules at the archive's root, with the archive on `sys.path`."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from importlib import import_module, invalidate_caches
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    names = dag_modules(Path(path))
    with _on_path(path, names):
        return [_imported(name, context) for name in names]


def _imported(name: str, context: Any) -> ModuleType:
    context.current_autoregister_module_name = name
    return import_module(name)


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
