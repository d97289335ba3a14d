"""The report of an upgrade for people, in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflowkit.compare.formats.text import print_report
from airflowkit.upgrade.lines import lines_of_upgrade, summary

if TYPE_CHECKING:
    from rich.console import Console

    from airflowkit.upgrade.report import Report


def show(report: Report, console: Console) -> None:
    """Print what the upgrade changes, or in one line that there is nothing to do."""
    print_report(console, f"{report.before} → {report.after}", lines_of_upgrade(report), summary(report))
