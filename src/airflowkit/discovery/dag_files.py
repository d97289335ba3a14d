"""Which files are DAG files: Airflow's rules (`.airflowignore`, safe mode) without importing Airflow."""

from __future__ import annotations

import ast
import os
from contextlib import suppress
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from airflowkit.discovery.airflowignore import IGNORE_FILE, Rule, is_ignored, rules_in, syntax
from airflowkit.discovery.file_kinds import can_hold_dags
from airflowkit.discovery.importers import register_yaml
from airflowkit.discovery.safe_mode import is_safe_mode, might_hold_dag
from airflowkit.errors import NoDagFile
from airflowkit.repository import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LARGEST_SOURCE: Final = 2**20
"""The largest skipped file, in bytes, that is parsed to see whether it builds DAGs: parsing takes 100 times that."""


def dag_files(path: Path, folder: Path | None = None) -> list[Path]:
    """Return the DAG files at a path, sorted; a file that is named is taken whatever it contains.

    Args:
        path: A file, a DAG folder, a folder below it, or one around it.
        folder: The DAG folder, if that is not the path itself; its `.airflowignore` applies to the path.

    Raises:
        NoDagFile: The path is a file that cannot hold a DAG.
    """
    return seen_and_skipped(path, folder)[0]


def seen_and_skipped(path: Path, folder: Path | None = None) -> tuple[list[Path], list[Path]]:
    """Return the DAG files at a path, and the Python files that safe mode skips, both sorted.

    Args:
        path: As in `dag_files`; a file that is named is not skipped.
        folder: As in `dag_files`.

    Raises:
        NoDagFile: The path is a file that cannot hold a DAG.
    """
    if path.is_file():
        return [_named(path)], []
    files: tuple[list[Path], list[Path]] = ([], [])
    part, safe = plain(path), is_safe_mode()
    for file in python_files(folder or path):
        if folder is None or file.is_relative_to(part):
            files[safe and not might_hold_dag(file)].append(file)
    return sorted(files[0]), sorted(files[1])


def _named(file: Path) -> Path:
    if not can_hold_dags(file):
        hint = register_yaml(file) or "name DAG files or folders"
        raise NoDagFile(f"{file} is neither a Python file nor a zip archive", hint=hint)
    return plain(file)


def holds_dag_files(folder: Path) -> bool:
    """Return whether there are DAG files in a folder itself, whatever is in the folders below it.

    Raises:
        BadIgnoreFile: As in `python_files`.
    """
    root, safe = plain(folder), is_safe_mode()
    rules = rules_in(root, root, syntax())
    return any(_is_python(file, rules) and not (safe and not might_hold_dag(file)) for file in _content(root)[1])


def hidden_dag_files(skipped: Iterable[Path]) -> list[Path]:
    """Return the skipped files that might build DAGs after all, because they call something."""
    return [file for file in skipped if _calls_something(file)]


def python_files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder that Airflow might read DAGs from, and that `.airflowignore` lets through.

    Raises:
        BadIgnoreFile: An `.airflowignore` cannot be read as Airflow would read it.
    """
    for visit in _walked(folder):
        if visit.before is None:
            yield from (file for file in visit.files if _is_python(file, visit.rules))


def repeated_folders(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Yield each link by which Airflow finds a folder twice, and under which other name it finds that folder.

    Airflow's own walk raises there, and finds no DAG file at all.

    Raises:
        BadIgnoreFile: As in `python_files`.
    """
    for visit in _walked(folder):
        if visit.before is not None:
            is_link = os.path.realpath(visit.folder) != str(visit.folder)
            yield (visit.folder, visit.before) if is_link else (visit.before, visit.folder)


class _Visit(NamedTuple):
    """A folder on the walk.

    Attributes:
        folder: The folder, under the name by which it was reached.
        files: What is in it.
        rules: What `.airflowignore` files say.
        before: Under which name it was walked already; then the walk ends here.
    """

    folder: Path
    files: list[Path]
    rules: list[Rule]
    before: Path | None = None


def _walked(folder: Path) -> Iterator[_Visit]:
    root = plain(folder)
    yield from _walked_below(root, root, syntax(), [], {os.path.realpath(root): root})


def _walked_below(here: Path, root: Path, spelling: str, above: list[Rule], seen: dict[str, Path]) -> Iterator[_Visit]:
    rules = above + rules_in(here, root, spelling)
    folders, files = _content(here)
    yield _Visit(here, files, rules)
    for folder in folders:
        if is_ignored(folder, rules, is_folder=True):
            continue
        before = seen.setdefault(os.path.realpath(folder), folder)
        if before is folder:
            yield from _walked_below(folder, root, spelling, rules, seen)
        else:  # following a link that leads back would never end
            yield _Visit(folder, [], rules, before)


def _content(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the folders and files in a folder, without pipes and dangling links; nothing if it cannot be read."""
    folders, files = [], []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in sorted(entries, key=attrgetter("name")):
            with suppress(OSError):  # a link to itself
                if entry.is_dir() and entry.name != "__pycache__":
                    folders.append(Path(entry.path))
                elif entry.is_file():
                    files.append(Path(entry.path))
    return folders, files


def _is_python(path: Path, rules: list[Rule]) -> bool:
    """Return whether Airflow might read DAGs from a file."""
    return path.name != IGNORE_FILE and not is_ignored(path, rules, is_folder=False) and can_hold_dags(path)


def _calls_something(file: Path) -> bool:
    """Return whether a file imports something and calls something at its top level, as users of factories do."""
    try:
        body = ast.parse(file.read_bytes()).body if file.stat().st_size <= _LARGEST_SOURCE else []
    except (OSError, SyntaxError, ValueError):
        return False
    imports = any(isinstance(statement, (ast.Import, ast.ImportFrom)) for statement in body)
    values = [getattr(statement, "value", None) for statement in body if isinstance(statement, (ast.Expr, ast.Assign))]
    return imports and any(isinstance(value, ast.Call) for value in values)
