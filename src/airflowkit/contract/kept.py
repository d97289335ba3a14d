"""Reads a contract that is kept in the repository, and that people may have edited."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from airflowkit.contract.document import VERSION, Contract
from airflowkit.contract.needs import Kind, Need, Permission
from airflowkit.errors import ContractError, did_you_mean, shown
from airflowkit.repository import plain, repository_root
from airflowkit.yaml_text import composed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_FIELDS: Final[dict[str, dict[str, type]]] = {
    "needs": {
        **dict.fromkeys(("namespace", "kind", "name", "key"), str),
        **dict.fromkeys(("optional", "at_run_time"), bool),
        "tasks": list,
    },
    "permissions": {**dict.fromkeys(("namespace", "group", "resource"), str), "verbs": list},
    "unknown": {"task": str, "what": str},
}
"""The tables of a contract, with the fields of their rows."""
_NEEDED: Final = {"needs": ("kind", "name"), "permissions": ("resource", "verbs"), "unknown": ("task", "what")}
_TYPES: Final = {str: "a text", bool: "true or false", list: "a list of texts"}
_TABLES: Final = ("version", *_FIELDS)


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
    except (OSError, ValueError):  # ValueError: a null character in the name
        return None
    return _read(path, changed)


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> Contract:
    try:
        return from_json(path.read_text(encoding="utf-8-sig"), str(path))
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
        document = json.loads(text, object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise ContractError(where, line, f"not valid JSON: {getattr(error, 'msg', error)}") from None
    return _Reader(text, where).contract(document)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; one of two fields of the same name, as a merge leaves them, would be dropped in silence."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{shown(name)} is there twice")
        found[name] = value
    return found


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
        version = document.get("version")
        if isinstance(version, bool) or version != VERSION:
            hint = "write it again: airflowkit doctor --contract --write"
            raise self._wrong(("version",), f"its version is {json.dumps(version)}, not {VERSION}", hint)
        needs = {self._need(row, index): tuple(row.get("tasks", ())) for index, row in self._rows(document, "needs")}
        allowed = tuple(each for _, row in self._rows(document, "permissions") for each in _permissions(row))
        unknown = tuple((row["task"], row["what"]) for _, row in self._rows(document, "unknown"))
        return Contract(needs, allowed, unknown)

    def _rows(self, document: Mapping[str, Any], table: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        rows = document.get(table, [])
        if not isinstance(rows, list):
            raise self._wrong((table,), f"{table} is not a list")
        for index, row in enumerate(rows):
            place = (table, index)
            if not isinstance(row, dict):
                raise self._wrong(place, f"{shown(row)} is not a JSON object")
            for name, value in row.items():
                self._check_field(place, _FIELDS[table], name, value)
            for name in _NEEDED[table]:
                if not row.get(name):
                    raise self._wrong(place, f"it has no {name}")
            yield index, row

    def _check_field(self, place: tuple[str, int], fields: Mapping[str, type], name: str, value: Any) -> None:
        if name not in fields:
            raise self._wrong(place, f"{name!r} is not known here", did_you_mean(name, fields))
        wanted = fields[name]
        parts = value if isinstance(value, list) else []
        if not isinstance(value, wanted) or not all(isinstance(each, str) for each in parts):
            raise self._wrong(place, f"{name} = {shown(value)} is not {_TYPES[wanted]}")

    def _need(self, row: Mapping[str, Any], index: int) -> Need:
        if row["kind"] not in [*Kind]:
            hint = did_you_mean(row["kind"], [*Kind]) or f"it is one of {', '.join(Kind)}"
            raise self._wrong(("needs", index), f"there is no kind {row['kind']!r}", hint)
        given = {name: value for name, value in row.items() if name != "tasks"}
        return Need(**{"namespace": "", **given, "kind": Kind(row["kind"])})

    def _wrong(self, place: tuple[str | int, ...], reason: str, hint: str = "") -> ContractError:
        return ContractError(self.where, _line_of(self.text, place), reason, hint)


def _permissions(row: Mapping[str, Any]) -> Iterator[Permission]:
    for verb in row["verbs"]:
        yield Permission(row.get("namespace", ""), row.get("group", ""), row["resource"], verb)


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
