"""Reads a contract that is kept in the repository, and that people may have edited."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from airflowkit.contract.document import VERSION, Contract
from airflowkit.contract.needs import Kind, Need, Permission
from airflowkit.errors import ContractError, did_you_mean
from airflowkit.repository import plain, repository_root
from airflowkit.yaml_text import composed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_FIELDS: Final = {"namespace": str, "kind": str, "name": str, "key": str, "optional": bool, "at_run_time": bool}
_NEEDED: Final = ("kind", "name")
_TABLES: Final = ("version", "needs", "permissions", "unknown")


def kept_path(path: Path, name: str) -> Path:
    """Return where the repository of a DAG file or folder keeps its contract.

    Args:
        path: The file or folder.
        name: What `[check] contract` says, relative to the root.
    """
    return (repository_root(path) or plain(path)) / name


def kept_contract(path: Path) -> Contract | None:
    """Return the contract in a file; None if there is no such file.

    Raises:
        ContractError: It is not a contract; the message names the line.
    """
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return None
    return _read(path, changed)


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> Contract:
    try:
        return from_json(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise ContractError(str(path), 1, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ContractError(str(path), 1, "not UTF-8") from None


def from_json(text: str, where: str) -> Contract:
    """Read what `as_json` wrote, which people may have edited.

    Args:
        text: The content.
        where: The file, for messages.

    Raises:
        ContractError: It is not a contract; the message names the line.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise ContractError(where, line, f"not valid JSON: {getattr(error, 'msg', error)}") from None
    return _Reader(text, where).contract(document)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the rows of a document, and knows their lines.

    Attributes:
        text: The document.
        where: Its file.
    """

    text: str
    where: str

    def contract(self, document: Any) -> Contract:
        if not isinstance(document, dict):
            raise ContractError(self.where, 1, "not a JSON object")
        if others := sorted(document.keys() - set(_TABLES)):
            raise self._wrong((others[0],), f"{others[0]!r} is not known here", did_you_mean(others[0], _TABLES))
        if document.get("version") != VERSION:
            raise self._wrong(("version",), f"its version is {document.get('version')!r}, not {VERSION}")
        needs = {self._need(row, index): _tasks(row) for index, row in self._rows(document, "needs")}
        allowed = tuple(each for index, row in self._rows(document, "permissions") for each in self._rule(row, index))
        unknown = tuple((str(row.get("task")), str(row.get("what"))) for _, row in self._rows(document, "unknown"))
        return Contract(needs, allowed, unknown)

    def _rows(self, document: Mapping[str, Any], table: str) -> Iterable[tuple[int, Mapping[str, Any]]]:
        rows = document.get(table, [])
        if not isinstance(rows, list):
            raise self._wrong((table,), f"{table} is not a list")
        for index, row in enumerate(rows):
            if not isinstance(row, dict):
                raise self._wrong((table, index), f"{json.dumps(row)} is not a JSON object")
            yield index, row

    def _need(self, row: Mapping[str, Any], index: int) -> Need:
        place = ("needs", index)
        for name, value in row.items():
            if name != "tasks" and name not in _FIELDS:
                raise self._wrong(place, f"{name!r} is not known here", did_you_mean(name, [*_FIELDS, "tasks"]))
            if name != "tasks" and not isinstance(value, _FIELDS[name]):
                raise self._wrong(place, f"{name} = {json.dumps(value)} is not a {_FIELDS[name].__name__}")
        for name in _NEEDED:
            if not row.get(name):
                raise self._wrong(place, f"it has no {name}")
        if row["kind"] not in [*Kind]:
            hint = did_you_mean(row["kind"], [*Kind]) or f"it is one of {', '.join(Kind)}"
            raise self._wrong(place, f"there is no kind {row['kind']!r}", hint)
        given = {name: row[name] for name in _FIELDS if name in row}
        return Need(**{"namespace": "", **given, "kind": Kind(row["kind"])})

    def _rule(self, row: Mapping[str, Any], index: int) -> Iterator[Permission]:
        names, verbs = ("namespace", "group", "resource"), row.get("verbs")
        if any(not isinstance(row.get(name), str) for name in names) or not isinstance(verbs, list):
            raise self._wrong(("permissions", index), f"it needs {', '.join(names)}, each a text, and a list of verbs")
        yield from (Permission(row["namespace"], row["group"], row["resource"], str(verb)) for verb in verbs)

    def _wrong(self, place: tuple[str | int, ...], reason: str, hint: str = "") -> ContractError:
        return ContractError(self.where, _line_of(self.text, place), reason, hint)


def _tasks(row: Mapping[str, Any]) -> tuple[str, ...]:
    tasks = row.get("tasks")
    return tuple(map(str, tasks)) if isinstance(tasks, list) else ()


def _line_of(text: str, place: tuple[str | int, ...]) -> int:
    """Return the line of a part of a JSON document; every one is a YAML document, whose parser knows lines."""
    import yaml  # only for a broken file

    try:
        node: Any = composed(text)
        for step in place:
            if isinstance(step, int):
                node = node.value[step]
            else:
                node = next((value for key, value in node.value if key.value == step), node)
    except (yaml.YAMLError, AttributeError, IndexError, TypeError):
        return 1
    return int(node.start_mark.line) + 1
