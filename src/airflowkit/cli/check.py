"""`airflowkit check`: rules on a folder of DAG files."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from functools import partial
from importlib import import_module
from pathlib import Path  # noqa: TC003  Typer reads it
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airflowkit.cli.folders import DagPaths, Workers  # noqa: TC001  Typer reads them

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflowkit.checks.parsing import Pools, Progress
    from airflowkit.checks.report import Report
    from airflowkit.checks.suppression.baseline import Baseline


class Format(StrEnum):
    """The format of the report."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    SARIF = "sarif"
    GITHUB = "github"
    MARKDOWN = "markdown"


def check(  # noqa: PLR0913  one for each option
    paths: DagPaths = None,
    output_format: Annotated[Format, typer.Option("--format", help="The format of the report.")] = Format.TEXT,
    select: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODES",
            help="Rules to check, as codes or prefixes separated by commas; replaces the setting.",
            show_default=False,
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="CODES", help="Rules to skip, in addition to the setting.", show_default=False),
    ] = None,
    workers: Workers = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            help="The file of accepted findings; by default airflowkit-baseline.json in the repository's root."
        ),
    ] = None,
    *,
    fix: Annotated[
        bool, typer.Option("--fix", help="Fix what can be fixed mechanically, without changing what any DAG does.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what --fix would change, without changing it.")] = False,
    write_baseline: Annotated[bool, typer.Option("--write-baseline", help="Accept all current findings.")] = False,
    once: Annotated[bool, typer.Option("--once", help="Skip the rules that need a second parse.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Import every file again.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Stay, and check again whenever a file is saved; shows what changed.")
    ] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found.")] = False,
) -> None:
    """Check DAG files: whether each can be imported, and whether its DAGs and pods are right.

    Needs no database, cluster or network. Without a PATH it checks the repository's DAG folder.

    --fix parses the DAGs before and after each change, and only keeps the change if they do the same.

    Examples:
        airflowkit check

        airflowkit check dags/orders.py --select AK4,AK501 --ignore AK406

        airflowkit check --format sarif > airflowkit.sarif

        airflowkit check --write-baseline

        airflowkit check --watch
    """
    from airflowkit.checks.parsing import new_pools
    from airflowkit.checks.suppression.baseline import Baseline
    from airflowkit.repository import default_dags_folder

    if write_baseline and (fix or diff):
        raise typer.BadParameter("a baseline accepts what --fix would fix: use only one of them")
    if baseline and not baseline.exists() and not write_baseline:
        raise typer.BadParameter(f"{baseline} does not exist; --write-baseline creates it", param_hint="--baseline")
    from airflowkit.cli.signals import ended_in_order

    if watch:
        _check_watchable(output_format, fix=fix, diff=diff, write_baseline=write_baseline, exit_zero=exit_zero)
    asked: dict[str, Any] = {"once": once, "select": select or (), "ignore": ignore or ()}

    def targets() -> list[Path]:
        return paths or [default_dags_folder()]

    if watch:
        from airflowkit.cli.watch_check import watch_check

        watch_check(targets, partial(_found_anew, baseline, use_cache=not no_cache, **asked), workers=workers, **asked)
    pools = new_pools(workers)

    def find() -> Report:
        with ended_in_order():
            return _found(targets(), use_cache=not no_cache, pools=pools, **asked)

    known = Baseline.of(targets()[0], baseline)  # a broken one is refused before the check
    if write_baseline:
        _accept(find(), known)
        return
    report = known.without_known(find())
    if diff:
        from airflowkit.cli.fixing import show_diff

        raise typer.Exit(1 if show_diff(report.findings, workers) else 0)
    if fix and _fix(report, workers, output_format):
        report = known.without_known(find())
    _show(report if fix else _marked(report), output_format)
    raise typer.Exit(0 if report.passed or exit_zero else 1)


def _check_watchable(output_format: Format, **given: bool) -> None:
    """Refuse what makes no sense with `--watch`."""
    used = [name for name, is_used in given.items() if is_used]
    if output_format is not Format.TEXT:
        used.append("format")
    if used:
        option = f"--{used[0].replace('_', '-')}"
        raise typer.BadParameter(f"--watch shows its answers as text, and changes nothing: use it without {option}")


def _marked(report: Report) -> Report:
    from airflowkit.checks.fixes.fixable import marked

    return replace(report, findings=marked(report.findings))


def _found_anew(baseline: Path | None, paths: Sequence[Path], pools: Pools, **how: Any) -> Report:
    """Return what `--watch` shows; the baseline may have changed, too."""
    from airflowkit.checks.suppression.baseline import Baseline

    return _marked(Baseline.of(paths[0], baseline).without_known(_found(paths, pools=pools, **how)))


def _found(paths: Sequence[Path], **how: Any) -> Report:
    from airflowkit.checks.engine import check as check_paths
    from airflowkit.errors import NoDagFile
    from airflowkit.repository import shown_folder

    start = time.monotonic()
    with _progress_bar() as progress:
        report = check_paths(paths, progress=progress, **how)
    if not report.files:
        where = ", ".join(map(shown_folder, paths))
        raise NoDagFile(f"no DAG file in {where}", hint="pass the DAG folder: airflowkit check PATH")
    return replace(report, seconds=time.monotonic() - start)


def accept_findings(paths: list[Path], known: Baseline) -> None:
    """Write what a check of DAG folders and files finds into a baseline."""
    _accept(_found(paths), known)


def _accept(report: Report, known: Baseline) -> None:
    from airflowkit.errors import counted

    known.updated_with(report).write()
    typer.echo(f"{os.path.relpath(known.path)}: {counted(len(report.findings), 'finding')} accepted")


def _fix(report: Report, workers: int | None, output_format: Format) -> bool:
    from airflowkit.cli.fixing import apply_fixes

    return apply_fixes(report.findings, workers, to_stderr=output_format is not Format.TEXT)


def _show(report: Report, output_format: Format) -> None:
    if output_format is not Format.TEXT:
        typer.echo(import_module(f"airflowkit.checks.reports.{output_format}").render(report))
        return
    from rich.console import Console

    from airflowkit.checks.reports.text import show

    show(report, Console())


@contextmanager
def _progress_bar() -> Iterator[Progress]:
    """Show a progress bar on standard error if that is a terminal."""
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
