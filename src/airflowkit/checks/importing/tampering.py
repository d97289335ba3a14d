"""What a DAG file replaces for all later files of its process: loaded modules, and parts of Airflow's classes.

Comparing all loaded modules after each file takes about a tenth of a file's time: there are thousands, and looking at
each empties the processor's cache. So `sys` reports who asks for them, and they are compared from the first file on
that does: it may have kept a reference for the next.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from operator import is_not
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from airflowkit import _airflow
from airflowkit.checks.model.facts import Observation
from airflowkit.processor.environment import PLUGINS_FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping

_HARMLESS: Final = frozenset({"airflow", "airflowkit", "attr", "dataclasses", "importlib", "pydantic", "warnings"})
"""Packages that ask for the loaded modules in nearly every file, and do not replace any."""
_EXAMPLES: Final = "airflow.example_dags.plugins."
"""Where the plugins of Airflow's own examples are."""
_LOADED: Final[dict[str, ModuleType]] = {}
"""The modules that were loaded before the last file: copying them for each file costs as much as a small DAG."""


class _System(ModuleType):
    """Python's `sys`, which records when unexpected code asks for the loaded modules."""

    asked: bool = False

    @property
    def modules(self) -> dict[str, ModuleType]:
        asking = str(sys._getframe(1).f_globals.get("__name__"))  # noqa: SLF001  `inspect` asks for modules itself
        if asking.partition(".")[0] not in _HARMLESS:
            _System.asked = True
        return self.__dict__["modules"]  # type: ignore[no-any-return]

    @modules.setter
    def modules(self, modules: dict[str, ModuleType]) -> None:
        _System.asked = True
        self.__dict__["modules"] = modules


def install() -> None:
    """Start to record who asks for the loaded modules."""
    sys.__class__ = _System  # Python lets a module's class be replaced by a subclass


def remember() -> None:
    """Record what is loaded before a file is imported."""
    _parts_of_airflow()
    if len(_LOADED) != len(sys.modules):
        _LOADED.clear()
        _LOADED.update(sys.modules)


def replaced_modules() -> tuple[Observation, ...]:
    """Return the modules that were loaded before the file and are not, or not the same, now."""
    loaded = sys.modules.values()  # in import order: what a file adds comes after these
    if not _System.asked or (len(loaded) >= len(_LOADED) and not any(map(is_not, _LOADED.values(), loaded))):
        return ()
    replaced = (name for name, module in _LOADED.items() if sys.modules.get(name) is not module)
    return tuple(Observation(name, None) for name in replaced if not _is_plugin(name))


def _is_plugin(name: str) -> bool:
    """Return whether a module is a plugin: Airflow executes all of them again when it first asks for one."""
    file, before = (getattr(module, "__file__", None) or "" for module in (sys.modules.get(name), _LOADED[name]))
    folder = os.environ.get(PLUGINS_FOLDER, "")
    in_folder = bool(folder) and file.startswith(f"{folder}{os.sep}")
    return file == before and (in_folder or name.startswith(_EXAMPLES))


def patched_airflow() -> tuple[Observation, ...]:
    """Return the changed parts of Airflow's classes."""
    return tuple(
        Observation(f"{owner.__name__}.{name}", None)
        for owner, parts in _parts_of_airflow().items()
        if any(map(is_not, map(vars(owner).get, parts), parts.values()))
        for name, part in parts.items()
        if vars(owner).get(name) is not part
    )


@lru_cache(maxsize=1)
def _parts_of_airflow() -> Mapping[type, Mapping[str, Any]]:
    """Return the attributes of the classes that every DAG file uses, as they were before the first.

    Attributes that are None are left out: Airflow 2 sets some on first use.
    """
    return {
        owner: {name: part for name, part in vars(owner).items() if part is not None}
        for owner in _airflow.constructors()
    }
