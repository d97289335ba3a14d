"""`teams_failure()` as the card of a small module, which is written beside the DAGs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import libcst as cst

from airflowkit.checks.fixes.syntax import keyword_index
from airflowkit.eject.written import expression_of
from airflowkit.settings import Teams

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
        kept = [arg for arg in call.args if arg.keyword is None or arg.keyword.value != _EXTRAS]
        tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        added = [
            cst.Arg(expression_of(value), keyword=cst.Name(name), equal=tight)
            for name, value in self.values.items()
            if keyword_index(call, name) is None
        ]
        args = [*kept, *added]
        if kept and added and not isinstance(kept[-1].comma, cst.Comma):
            args[len(kept) - 1] = kept[-1].with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
        return call.with_changes(func=cst.Name(CARD), args=args)


def module_text() -> str:
    """Return the module that posts the card."""
    return (Path(__file__).parent / f"{MODULE}.template").read_text(encoding="utf-8")


def in_the_way(folder: Path) -> bool:
    """Return whether a DAG folder has another file where the module goes."""
    path = folder / f"{MODULE}.py"
    return path.exists() and path.read_text(encoding="utf-8", errors="replace") != module_text()
