"""Which DAG files other files import: what becomes of them there, their own parse does not show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from airflowkit.discovery.dag_files import python_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_BY_NAME: Final = re.compile(r"(?:import_module|__import__|run_module)\(\s*[rf]?['\"]\.*([.\w]+)['\"]")
_FROM: Final = re.compile(r"(?:^|[;:])[ \t]*from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n#;]*)", re.MULTILINE)
_IMPORT: Final = re.compile(r"(?:^|[;:])[ \t]*import[ \t]+([^\n#;]+)", re.MULTILINE)


def importers_of(files: Iterable[Path], folder: Path) -> dict[Path, Path]:
    """Return, for files of a DAG folder that others there import, one that does."""
    wanted = {name: file.absolute() for file in files for name in _names(file.absolute(), folder)}
    found: dict[Path, Path] = {}
    for other in python_files(folder):
        for name in imported_names(other.read_text(encoding="utf-8", errors="replace")):
            file = wanted.get(name)
            if file is not None and file != other.absolute():
                found.setdefault(file, other)
    return found


def _names(file: Path, folder: Path) -> Iterator[str]:
    """Yield the names under which a file can be imported."""
    parts = (folder.name, *file.relative_to(folder).with_suffix("").parts) if file.is_relative_to(folder) else ()
    for start in range(len(parts)):
        yield ".".join(parts[start:])


def imported_names(text: str) -> Iterator[str]:
    """Yield what a file imports, each name that may be a module with what is before it."""
    yield from _BY_NAME.findall(text)
    text = text.replace("\\\r\n", " ").replace("\\\n", " ")
    for module, names in _FROM.findall(text):
        base = module.strip(".")
        yield base
        for name in re.findall(r"\w+", names):
            yield f"{base}.{name}" if base else name
    for names in _IMPORT.findall(text):
        yield from re.findall(r"[.\w]+", names)
