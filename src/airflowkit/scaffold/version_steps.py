"""What a newer chart, Airflow, provider or airflowkit breaks: `version_steps.toml`, read for the steps of an update."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLES: Final = {
    "chart": "chart",
    "airflow": "Airflow",
    "provider": "Kubernetes provider",
    "airflowkit": "airflowkit",
}
"""What moves together, by the name that the table and a record have for it."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that a version breaks.

    Attributes:
        of: One of `TITLES`.
        version: The first version that has it.
        breaks: What breaks, and what to do.
        source: Who says so.
    """

    of: str
    version: str
    breaks: str
    source: str

    def __str__(self) -> str:
        return f"{TITLES[self.of]} {self.version}: {self.breaks} ({self.source})"


@cache
def version_steps() -> tuple[Step, ...]:
    """Return the whole table."""
    text = files(__package__).joinpath("version_steps.toml").read_text(encoding="utf-8")
    return tuple(Step(**row) for row in tomllib.loads(text)["step"])


def moves(older: Mapping[str, str], newer: Mapping[str, str]) -> list[str]:
    """Return in words which versions move, and what each step on the way breaks.

    Args:
        older: The versions so far, by what they are of; what is unknown is left out.
        newer: The versions to come.
    """
    lines = []
    for of, title in TITLES.items():
        before, after = older.get(of, ""), newer.get(of, "")
        if not before or before == after:
            continue
        lines.append(f"{title} {before} -> {after}")
        lines += [f"  {step}" for step in version_steps() if step.of == of and _is_between(step, before, after)]
        if of == "airflow" and Version(after) < Version(before):
            lines.append("  it goes back: the database does not follow by itself, see `airflow db downgrade --help`")
    return lines


def _is_between(step: Step, before: str, after: str) -> bool:
    return Version(before) < Version(step.version) <= Version(after)
