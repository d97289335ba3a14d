"""What an `.airflowignore` says, in either of its syntaxes: see "core" in Airflow's configuration reference."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from airflowkit._airflow import airflow_version, regular_expressions
from airflowkit.discovery.airflow_config import option
from airflowkit.errors import BadIgnoreFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

IGNORE_FILE: Final = ".airflowignore"
_COMMENT: Final = re.compile(r"\s*#.*")


@dataclass(frozen=True, slots=True)
class Glob:
    """A line as in a `.gitignore`.

    Attributes:
        pattern: What it matches, by `pathspec`.
        folder: The folder that it is about; None for a name in any folder.
        folders_only: Whether it ends in a slash. Airflow before 3.3 asks that of names only.
    """

    pattern: Any
    folder: Path | None
    folders_only: bool

    @property
    def ignores(self) -> bool:
        """Whether what it matches is ignored; a line with `!` brings it back."""
        return bool(self.pattern.include)

    def matches(self, path: Path, *, is_folder: bool) -> bool:
        """Return whether it says something about a path."""
        if self.pattern.include is None or (self.folders_only and not is_folder):
            return False
        name = path.relative_to(self.folder).as_posix() if self.folder else path.name
        return self.pattern.match_file(f"{name}/" if is_folder else name) is not None


@dataclass(frozen=True, slots=True)
class Regexp:
    """A line that is a regular expression, which any part of the path below the DAG folder may match.

    Attributes:
        pattern: The expression.
        root: The DAG folder, also where the line is in a folder below it.
    """

    pattern: re.Pattern[str]
    root: Path
    ignores: bool = True

    def matches(self, path: Path, *, is_folder: bool) -> bool:  # noqa: ARG002  as the other syntax
        """Return whether it says something about a path."""
        return self.pattern.search(str(path.relative_to(self.root))) is not None


Rule = Glob | Regexp


def syntax() -> str:
    """Return `glob` or `regexp`, as `[core] dag_ignore_file_syntax` says in the environment or in airflow.cfg."""
    default = "glob" if airflow_version() >= (3, 0) else "regexp"
    return option("core", "dag_ignore_file_syntax") or default


def rules_in(folder: Path, root: Path, syntax: str) -> list[Rule]:
    """Return what the `.airflowignore` of a folder says.

    Args:
        folder: The folder.
        root: The DAG folder.
        syntax: Which of the two syntaxes.

    Raises:
        BadIgnoreFile: A line is not a valid pattern, or the file cannot be read: Airflow would find no DAG file.
    """
    file = folder / IGNORE_FILE
    try:
        if not file.is_file():
            return []
        lines = [_COMMENT.sub("", line) for line in file.read_text(errors="replace").split("\n")]
    except OSError as error:
        hint = f"let everybody read {folder}: chmod -R a+rX"
        raise BadIgnoreFile(f"{file}: {error.strerror}", hint=hint) from error
    kept = [line for line in lines if line]
    if syntax == "regexp":
        return list(_regexps(kept, root))
    return [_glob(line, file) for line in kept]


def is_ignored(path: Path, rules: Iterable[Rule], *, is_folder: bool) -> bool:
    """Return what the last rule says that matches a path."""
    ignored = False
    for rule in rules:
        if rule.ignores != ignored and rule.matches(path, is_folder=is_folder):
            ignored = rule.ignores
    return ignored


def _glob(line: str, file: Path) -> Glob:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415  many folders have no `.airflowignore`

    try:
        (pattern,) = GitIgnoreSpec.from_lines([line]).patterns
    except ValueError as error:
        raise BadIgnoreFile(f"{file}: {line!r} is not a valid pattern", hint="write it as in a .gitignore") from error
    within = line.startswith("/") or "/" in line.rstrip("/")
    return Glob(pattern, file.parent if within else None, folders_only=line.rstrip().endswith("/"))


def _regexps(lines: Iterable[str], root: Path) -> Iterator[Regexp]:
    """Yield the expressions; Airflow passes over a line that is none."""
    expressions = regular_expressions()
    for line in lines:
        with suppress(expressions.error):
            yield Regexp(expressions.compile(line), root)
