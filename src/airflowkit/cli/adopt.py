"""`airflowkit adopt`: raw pods become `pod_task`, where every pod stays as it is."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  Typer reads it
from typing import TYPE_CHECKING, Annotated

import typer

from airflowkit.cli.folders import DagPaths, Workers  # noqa: TC001  Typer reads them
from airflowkit.cli.formats import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflowkit.adopt.engine import Draft


def adopt(
    paths: DagPaths = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD",
            help="Accept that this field changes, as the summary names it; may be given several times.",
            show_default=False,
        ),
    ] = None,
    output_format: Annotated[Format, typer.Option("--format", help="The format of the summary.")] = Format.TEXT,
    workers: Workers = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, without changing it.")] = False,
    exact: Annotated[
        bool, typer.Option("--exact", help="Keep even what pod_task does better by default as it was.")
    ] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Apply the fixes of `airflowkit check --fix` first.")] = False,
) -> None:
    """Rewrite raw KubernetesPodOperator calls to pod_task, where every pod stays as it is.

    Parses the DAGs before and after, and writes a change only if all pods and DAGs are equal. Needs no database,
    cluster or network. Without a PATH it adopts the repository's DAG folder.

    default_args that a preset covers, and failure callbacks that post to Teams by themselves, are named at the end with
    what to write instead; they stay as they are.

    Examples:
        airflowkit adopt --dry-run

        airflowkit adopt

        airflowkit adopt dags/orders.py --exact

        airflowkit adopt --allow spec.imagePullSecrets
    """
    from airflowkit.adopt.adoption import Terms
    from airflowkit.adopt.comparison import RAW
    from airflowkit.adopt.engine import adopted, named
    from airflowkit.checks.parsing import pool_size
    from airflowkit.cli.adopting import show, written
    from airflowkit.cli.signals import ended_in_order
    from airflowkit.offers.engine import offers
    from airflowkit.repository import default_dags_folder

    where = paths or [default_dags_folder()]
    terms = Terms(exact=exact, allowed=frozenset(allow or ()))
    with ended_in_order():
        at = named(where, RAW)
        files = _fixed(where, at.drafts, workers) if fix else at.drafts
        found = sorted(adopted(files, terms, pool_size(workers)), key=lambda it: it.file.path)
        if not dry_run:
            found = [written(each) for each in found]
        offered = offers(where, pool_size(workers))
    show(found, offered, at, where, as_json=output_format is Format.JSON, dry_run=dry_run)


def _fixed(paths: Sequence[Path], files: Sequence[Draft], workers: int | None) -> list[Draft]:
    """Return the files with what `check --fix` would fix in them."""
    from dataclasses import replace

    from airflowkit.checks.engine import check
    from airflowkit.cli.fixing import held

    edits = {edit.file.path: edit for edit in held(check(paths, once=True).findings, workers)}
    return [replace(draft, text=edits[draft.file.path].text) if draft.file.path in edits else draft for draft in files]
