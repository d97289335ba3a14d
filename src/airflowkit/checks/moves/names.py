"""What became of names that moved, were renamed or removed: `names.txt` has them, with the source of each row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE: Final = Path(__file__).with_name("names.txt")
_COLUMNS: Final = 4
_FAMILIES: Final = frozenset({"apache", "atlassian", "cncf", "common", "dbt", "microsoft"})
"""Packages of providers that are not providers themselves."""


@dataclass(frozen=True, slots=True)
class Move:
    """What became of a name.

    Attributes:
        old: The name with its module, such as `airflow.kubernetes.secret.Secret`.
        new: The name to import instead; empty if there is none.
        since: The version, such as `Airflow 3.0`.
        advice: What to do where nothing can be imported instead.
    """

    old: str
    new: str
    since: str
    advice: str = ""

    @property
    def what(self) -> str:
        """What happened to it: `was moved in Airflow 3.0`."""
        renamed = self.old.rpartition(".")[2] != self.new.rpartition(".")[2]
        return f"was {('renamed' if renamed else 'moved') if self.new else 'removed'} in {self.since}"

    @property
    def hint(self) -> str:
        """What to write instead."""
        module, _, name = self.new.rpartition(".")
        return f"from {module} import {name}" if self.new else self.advice


def successor(name: str) -> Move | None:
    """Return what became of a name with its module, or None if the table does not know it.

    Examples:
        >>> successor("airflow.kubernetes.secret.Secret").new
        'airflow.providers.cncf.kubernetes.secret.Secret'
    """
    if exact := _rows().get(name):
        return exact
    module, _, last = name.rpartition(".")
    if row := _rows().get(f"{module}.*"):
        return Move(name, row.new.removesuffix("*") + last if row.new else "", row.since, row.advice)
    while module:
        module = module.rpartition(".")[0]
        row = _rows().get(f"{module}.*")
        if row and not row.new:
            return Move(name, "", row.since, row.advice)
    return None


def successors(module: str) -> tuple[Move, ...]:
    """Return what became of the names of a module that the table lists; of `MODULE.*`, if it lists the whole."""
    return tuple(row for name, row in _rows().items() if name.rpartition(".")[0] == module)


def is_old_module(name: str) -> bool:
    """Return whether a name is that of a module, or of a package of modules, with names that the table lists."""
    return name in _modules()


def provider_of(module: str) -> tuple[str, str]:
    """Return the provider's package of a module, and the distribution that installs it.

    Examples:
        >>> provider_of("airflow.providers.cncf.kubernetes.secret")
        ('airflow.providers.cncf.kubernetes', 'apache-airflow-providers-cncf-kubernetes')
    """
    parts = module.split(".")[2:]
    named = parts[: 2 if parts[0] in _FAMILIES else 1]
    return ".".join(("airflow.providers", *named)), "-".join(("apache-airflow-providers", *named))


@cache
def _modules() -> frozenset[str]:
    found = set()
    for name in _rows():
        parent = name.rpartition(".")[0]
        while parent:
            found.add(parent)
            parent = parent.rpartition(".")[0]
    return frozenset(found)


@cache
def _rows() -> Mapping[str, Move]:
    lines = (line for line in _TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    cells = (line.split(" ", _COLUMNS) for line in lines)
    return {
        old: Move(old, "" if new == "-" else new, _version(since), *advice)
        for old, new, since, _source, *advice in cells
    }


def _version(since: str) -> str:
    """Return a version as text: `3.0` is Airflow's, `cncf-kubernetes-10.0` a provider's."""
    provider, _, number = since.rpartition("-")
    return f"version {number} of the provider {provider}" if provider else f"Airflow {number}"
