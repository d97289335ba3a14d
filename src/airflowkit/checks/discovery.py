"""Which files are DAG files: by Airflow's rules (`.airflowignore`, safe mode), but without importing Airflow."""

from __future__ import annotations

import ast
import os
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pathspec import GitIgnoreSpec

from airflowkit.errors import AirflowKitError
from airflowkit.settings import FILE_NAME, find_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

IGNORE_FILE: Final = ".airflowignore"


class NoSuchPath(AirflowKitError, FileNotFoundError):  # noqa: N818  as the package's other names
    """A folder or file to check that does not exist."""


def default_folder() -> Path:
    """Return the repository's DAG folder: `dags` beside `airflowkit.toml`, `./dags`, or the current folder."""
    settings = find_settings(Path.cwd())
    candidates = [settings.parent / "dags"] if settings else []
    return next((path for path in [*candidates, Path("dags")] if path.is_dir()), Path())


def dag_folder(path: Path) -> Path:
    """Return the DAG folder that a path means or lies in.

    Raises:
        NoSuchPath: There is nothing at that path.
    """
    if not path.exists():
        raise NoSuchPath(f"{path} does not exist", hint="name the DAG folder: airflowkit check PATH")
    if path.is_dir():
        within = path / "dags"
        return within if (path / FILE_NAME).is_file() and within.is_dir() else path
    above = [folder for folder in path.absolute().parents if folder.name == "dags"]
    return above[0] if above else path.parent


def dag_files(path: Path) -> list[Path]:
    """Return the DAG files at a path, sorted; a file that is named is taken whatever it looks like."""
    if path.is_file():
        return [path.absolute()]
    return sorted(file for file in python_files(path) if might_hold_dag(file))


def hidden_dag_files(folder: Path) -> list[Path]:
    """Return the files of a folder that safe mode skips although they might build DAGs: they call something."""
    return sorted(file for file in python_files(folder) if not might_hold_dag(file) and _calls_something(file))


def python_files(folder: Path) -> Iterator[Path]:
    """Yield the Python files and archives below a folder that `.airflowignore` lets through."""
    patterns: dict[str, list[_Pattern]] = {}
    root = str(folder.absolute())
    seen = {os.path.realpath(root)}
    for place, folders, names in os.walk(root, followlinks=True):
        here = Path(place)
        inherited = patterns.get(str(here.parent), []) if place != root else []
        own = patterns[place] = inherited + _patterns(here)
        folders[:] = [
            name
            for name in sorted(folders)
            if name != "__pycache__"
            and not _ignored(here / name, own, is_folder=True)
            and _first_visit(here / name, seen)
        ]
        for name in names:
            if name.endswith((".py", ".zip")) and not _ignored(here / name, own, is_folder=False):
                yield here / name


def might_hold_dag(file: Path) -> bool:
    """Return whether Airflow's safe mode would look at the file: does it say `airflow`, and `dag` or `asset`?"""
    try:
        content = file.read_bytes()
    except OSError:
        return True  # the import will tell why
    if file.suffix == ".zip":
        return zipfile.is_zipfile(file)
    content = content.lower()
    return b"airflow" in content and (b"dag" in content or b"asset" in content)


def _calls_something(file: Path) -> bool:
    """Return whether a file imports something and calls something at the top level, as users of factories do."""
    try:
        body = ast.parse(file.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return False
    imports = any(isinstance(statement, (ast.Import, ast.ImportFrom)) for statement in body)
    values = [getattr(statement, "value", None) for statement in body if isinstance(statement, (ast.Expr, ast.Assign))]
    return imports and any(isinstance(value, ast.Call) for value in values)


class _Pattern:
    """One line of an `.airflowignore`."""

    def __init__(self, line: str, folder: Path) -> None:
        self.folder = folder
        self.negated = line.startswith("!")
        self._spec = GitIgnoreSpec.from_lines([line.removeprefix("!")])

    def matches(self, path: Path, *, is_folder: bool) -> bool:
        relative = path.relative_to(self.folder).as_posix()
        return self._spec.match_file(f"{relative}/" if is_folder else relative)


def _patterns(folder: Path) -> list[_Pattern]:
    file = folder / IGNORE_FILE
    if not file.is_file():
        return []
    lines = (re.sub(r"\s*#.*", "", line) for line in file.read_text(errors="replace").splitlines())
    return [_Pattern(line, folder) for line in lines if line.strip() not in {"", "/"}]


def _ignored(path: Path, patterns: Iterable[_Pattern], *, is_folder: bool) -> bool:
    """Return whether the last pattern that matches ignores the path."""
    ignored = False
    for pattern in patterns:
        if pattern.negated == ignored and pattern.matches(path, is_folder=is_folder):
            ignored = not pattern.negated
    return ignored


def _first_visit(folder: Path, seen: set[str]) -> bool:
    """Return False for a folder that was walked already: a symbolic link that leads back would never end."""
    real = os.path.realpath(folder)
    if real in seen:
        return False
    seen.add(real)
    return True
