"""`teams_failure()` as the card of a small module, which is written beside the DAGs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import libcst as cst

from airflowkit.adopt.rewriting import without_keyword
from airflowkit.checks.fixes.syntax import keyword_value, with_argument
from airflowkit.eject.written import expression_of
from airflowkit.redaction import MAYBE_A_SECRET
from airflowkit.secret_shapes import SHAPES
from airflowkit.setting_sections import Teams

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.settings import Settings

TEAMS_FAILURE: Final = "teams_failure"
CARD: Final = "TeamsCard"
MODULE: Final = "teams_alerts"
_EXTRAS: Final = "budget"


@dataclass(frozen=True, slots=True)
class Alert:
    """What `airflowkit.toml` says of alerts, to be written into a call.

    Attributes:
        values: The keywords of the card.
    """

    values: Mapping[str, Any]

    @classmethod
    def of(cls, settings: Settings) -> Alert:
        """Return what settings say, without what the card does anyway."""
        ours, usual = settings.teams, Teams()
        names = ("conn_id", "environment", "runbook", "owners")
        return cls({name: getattr(ours, name) for name in names if getattr(ours, name) != getattr(usual, name)})

    def __call__(self, call: cst.Call) -> cst.Call:
        """Return the call of the card."""
        call = without_keyword(call, _EXTRAS)
        for name, value in self.values.items():
            if keyword_value(call, name) is None:
                call = with_argument(call, name, expression_of(value))
        return call.with_changes(func=cst.Name(CARD))


@cache
def module_text() -> str:
    """Return the module that posts the card, with the shapes of secrets that it must not show."""
    text = (Path(__file__).parent / f"{MODULE}.template").read_text(encoding="utf-8")
    shapes = "".join(f"    ({shape.pattern.pattern!r}, {shape.replacement!r}),\n" for shape in SHAPES)
    return f"{text}\n\nNAME_OF_A_SECRET = {MAYBE_A_SECRET.pattern!r}\nSECRETS = [\n{shapes}]\n"


def in_the_way(folder: Path) -> bool:
    """Return whether a DAG folder has another file where the module goes."""
    path = folder / f"{MODULE}.py"
    is_other = path.exists() and (path.is_dir() or path.read_bytes() != module_text().encode())
    return is_other or path.with_suffix("").is_dir()  # a package goes before a module
