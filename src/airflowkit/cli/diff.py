"""`airflowkit diff`: what a push changes, before it is pushed."""

from __future__ import annotations

import sys
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from airflowkit.compare.comparison import Comparison


class Format(StrEnum):
    """The format of the comparison."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def diff(
    older: Annotated[
        str,
        typer.Argument(
            metavar="REV",
            help="The older side: a commit, branch or tag, or a range (A..B, A...B).",
            show_default="where this branch left the default branch",
        ),
    ] = "",
    newer: Annotated[str, typer.Argument(metavar="REV2", help="The newer side.", show_default="the work tree")] = "",
    *,
    output_format: Annotated[Format, typer.Option("--format", help="The format.")] = Format.TEXT,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 where anything changes, as git.")] = False,
) -> None:
    """Show what a push changes: DAGs, tasks, pods, schedules, and what they need of the cluster.

    Both sides are parsed, each with its own settings and modules. The work tree counts with what is not committed yet.
    Markdown is for a pull request's comment, and is empty if nothing changes.

    Examples:
        airflowkit diff

        airflowkit diff HEAD~3

        airflowkit diff v1.4 main --format json

        airflowkit diff origin/main --format markdown > comment.md
    """
    from airflowkit.cli.signals import ended_in_order
    from airflowkit.compare.comparison import compare
    from airflowkit.compare.revisions import two_sides
    from airflowkit.repository import plain, repository_root

    root = repository_root(Path.cwd()) or plain(Path.cwd())
    with ended_in_order(), two_sides(root, older, newer) as (before, after):
        if sys.stderr.isatty():
            typer.echo(f"Parsing {before} and {after} ...", err=True)
        comparison = compare(before, after, root)
    _show(comparison, output_format)
    raise typer.Exit(1 if exit_code and comparison.changes else 0)


def _show(comparison: Comparison, output_format: Format) -> None:
    if output_format is Format.TEXT:
        from rich.console import Console

        from airflowkit.compare.formats.text import show

        show(comparison, Console())
    elif text := import_module(f"airflowkit.compare.formats.{output_format}").render(comparison):
        typer.echo(text)
