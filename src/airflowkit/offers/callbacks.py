"""Failure callbacks of a DAG file that post to Microsoft Teams by themselves, wherever in the repository they are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import libcst as cst

from airflowkit.adopt.models import text_of
from airflowkit.checks.fixes.syntax import Source, keyword_value, parsed, walked
from airflowkit.offers.names import assigned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

CALLBACK: Final = "on_failure_callback"
_SENDS: Final = re.compile(
    r"\bpost\s*\(|urlopen\s*\(|\brequest\s*\(|HttpHook\s*\(|HttpOperator\s*\(|MSTeams\w*\s*\(|connectorcard\s*\("
)
_TO_TEAMS: Final = re.compile(
    r"webhook\.office|outlook\.office|office365?\.com|logic\.azure\.com|powerplatform\.com|MessageCard|AdaptiveCard"
    r"|(?<![a-z])(?:ms_?)?teams(?![a-z])|MSTeams",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Copied:
    """A failure callback that posts to Teams.

    Attributes:
        line: Where the DAG file hands it over first.
        name: What it is called.
    """

    line: int
    name: str


@dataclass(frozen=True)
class Repository:
    """Where the modules that a DAG file imports are.

    Attributes:
        folders: The folders, the nearest first.
    """

    folders: Sequence[Path]
    _sources: dict[Path, Source | None] = field(default_factory=dict)

    def module(self, name: str) -> Source | None:
        """Return a module of the repository by its name; None for any other."""
        for folder in self.folders:
            path = folder.joinpath(*name.split(".")).with_suffix(".py")
            if path not in self._sources:
                self._sources[path] = _read(path)
            if found := self._sources[path]:
                return found
        return None


def copied_callbacks(source: Source, repository: Repository) -> Iterator[Copied]:
    """Yield each failure callback of a file that posts to Teams, once."""
    seen: set[str] = set()
    for value in sorted(_given(source), key=lambda node: source.span(node).start.line):
        code = "\n".join(_code_behind(source, value, repository, set()))
        name = _name(source, value)
        if _SENDS.search(code) and _TO_TEAMS.search(code) and name not in seen:
            seen.add(name)
            yield Copied(source.span(value).start.line, name)


def _given(source: Source) -> Iterator[cst.BaseExpression]:
    for node in walked(source.module):
        if isinstance(node, cst.Call) and (value := keyword_value(node, CALLBACK)) is not None:
            yield value
        elif isinstance(node, cst.DictElement) and text_of(node.key) == CALLBACK:
            yield node.value


def _name(source: Source, value: cst.BaseExpression) -> str:
    """Return the function in a value, such as that in a list or a `partial`; its text, if it has none."""
    names = [node.value for node in walked(value) if isinstance(node, cst.Name)]
    known = [name for name in names if name in source.functions] or names[-1:]
    return known[0] if known else "it"


def _code_behind(source: Source, node: cst.CSTNode, repository: Repository, seen: set[cst.CSTNode]) -> Iterator[str]:
    """Yield the code of a value, and of the repository's functions and constants that it names."""
    if node in seen:
        return
    seen.add(node)
    yield source.module.code_for_node(node)
    for below in walked(node):
        if isinstance(below, (cst.Name, cst.Attribute)):
            for home, meant in _meant(source, below, repository):
                yield from _code_behind(home, meant, repository, seen)


def _meant(source: Source, node: cst.CSTNode, repository: Repository) -> Iterator[tuple[Source, cst.CSTNode]]:
    for name in source.names(node):
        module, _, last = name.rpartition(".")
        home = repository.module(module) if module else source
        if home is None:
            continue
        if last in home.functions:
            yield home, home.functions[last]
        else:
            yield from ((home, value) for value in assigned(home, last))


def _read(path: Path) -> Source | None:
    try:
        return parsed(path.read_text(encoding="utf-8")) if path.is_file() else None
    except (OSError, ValueError):
        return None
