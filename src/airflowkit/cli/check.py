"""`airflowkit check`: rules over a folder of DAG files."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.checks.engine import Progress, Report


class Format(StrEnum):
    """What the report looks like."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    SARIF = "sarif"
    GITHUB = "github"
    MARKDOWN = "markdown"


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="DAG folders and files.", show_default=False)
    ] = None,
    output_format: Annotated[Format, typer.Option("--format", help="What the report looks like.")] = Format.TEXT,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that import files; by default one per processor.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Findings that are known; by default airflowkit-baseline.json, if it is there.")
    ] = None,
    *,
    write_baseline: Annotated[bool, typer.Option("--write-baseline", help="Accept all findings of today.")] = False,
    once: Annotated[bool, typer.Option("--once", help="Leave out the rules that need a second parse.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Import every file anew.")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Succeed whatever is found.")] = False,
) -> None:
    """Check DAG files: does each import, and is every DAG and pod in it right?

    Needs no database, cluster or network. Without a PATH it checks the repository's DAG folder.

    Example: airflowkit check dags --format sarif > airflowkit.sarif
    """
    from airflowkit.checks import baseline as known
    from airflowkit.checks.discovery import default_folder
    from airflowkit.checks.engine import check as check_paths

    with _progress_bar() as progress:
        report = check_paths(
            paths or [default_folder()], workers=workers, use_cache=not no_cache, once=once, progress=progress
        )
    accepted = baseline or Path(known.FILE)
    if write_baseline:
        typer.echo(f"{accepted}: {known.write(report.findings, accepted)} findings accepted")
        return
    report = replace(report, findings=tuple(known.without(report.findings, accepted)))
    _show(report, output_format)
    raise typer.Exit(0 if report.passed or exit_zero else 1)


def _show(report: Report, output_format: Format) -> None:
    if output_format is not Format.TEXT:
        typer.echo(import_module(f"airflowkit.checks.reports.{output_format}").render(report))
        return
    from rich.console import Console

    from airflowkit.checks.reports.text import show

    show(report, Console())


@contextmanager
def _progress_bar() -> Iterator[Progress]:
    """Show a bar on standard error, where a person looks at it."""
    if not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    bar = Progress(
        TextColumn("checking"), BarColumn(), MofNCompleteColumn(), console=Console(stderr=True), transient=True
    )
    with bar:
        task = bar.add_task("checking", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
