"""A look at sources, as the command takes it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from airflowkit.deploy.doctor.examining import examine
from airflowkit.deploy.doctor.selection import Selection
from airflowkit.deploy.doctor.source import Request

if TYPE_CHECKING:
    from pathlib import Path

    from airflowkit.deploy.doctor.report import Report
    from airflowkit.deploy.doctor.source import Source

TODAY = date(2026, 11, 30)


def look(root: Path, *sources: Source, **request: Any) -> Report:
    """Return the report on sources, without any selection."""
    return examine(sources, Request(root, **request), Selection((), (), {}, TODAY))
