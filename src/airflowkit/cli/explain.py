"""`airflowkit explain`: where each field of a pod comes from, or a rule's page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from airflowkit._airflow import ignore_own_deprecations, keep_home_clean
from airflowkit.cli.folders import DagsFolder  # noqa: TC001  Typer reads it
from airflowkit.cli.pods import tasks_with_pods

if TYPE_CHECKING:
    from pathlib import Path


def explain(
    ref: Annotated[
        str | None,
        typer.Argument(
            metavar="DAG.TASK|RULE",
            help="A task, or a rule or finding by its code or name; without one, all rules are listed.",
            show_default=False,
        ),
    ] = None,
    *,
    dags_folder: DagsFolder,
) -> None:
    """Print each field of a task's pod with its value and the layer and line that set it, or a rule's page.

    Examples:
        airflowkit explain orders_daily.extract

        airflowkit explain AK401

        airflowkit explain AK4

        airflowkit explain AD120
    """
    from airflowkit.checks.rules import FAMILIES, find_rule

    family = (ref or "AK").upper()
    if family == "AK" or family in FAMILIES:
        _rules(family)
    elif re.fullmatch(r"AD\d*", family):
        _finding(family)
    elif re.fullmatch(r"AK\d*", family) or find_rule(family):
        _rule(family)
    else:
        _pods(ref or "", dags_folder)


def _rules(family: str) -> None:
    """List the rules of one family or all."""
    from airflowkit.checks.rules import FAMILIES, RULES
    from airflowkit.checks.rules.register import FIXABLE

    longest = max(len(rule.name) for rule in RULES)
    for prefix, title in FAMILIES.items():
        if not prefix.startswith(family):
            continue
        typer.secho(f"{prefix}xx  {title}", bold=True)
        for rule in (rule for rule in RULES if rule.code.startswith(prefix)):
            fix = "--fix" if rule.code in FIXABLE else ""
            typer.echo(f"  {rule.code}  {rule.name:<{longest}}  {rule.severity:<7}  {fix:<5}  {rule.title}")
        typer.echo()
    typer.echo("`airflowkit explain AK401` prints a rule's page.")


def _rule(name: str) -> None:
    from rich.console import Console
    from rich.markdown import Markdown

    from airflowkit.checks.rules import explain as page_of

    Console().print(Markdown(page_of(name)))


def _finding(code: str) -> None:
    """Print the page of a code of `doctor`, or list those that begin like it."""
    from rich.console import Console
    from rich.markdown import Markdown

    from airflowkit.deploy.doctor.codes import codes, explain

    known = codes()
    listed = [each for each in known.values() if each.code.startswith(code)]
    if code in known or not listed:
        Console().print(Markdown(explain(code)))
        return
    longest = max(len(each.name) for each in listed)
    for each in listed:
        typer.echo(f"{each.code}  {each.name:<{longest}}  {each.severity:<7}  {each.group:<18}  {each.title}")


def _pods(ref: str, dags_folder: Path) -> None:
    keep_home_clean()  # before anything imports Airflow
    ignore_own_deprecations()
    from rich.console import Console
    from rich.text import Text

    from airflowkit.checks.rules import hint_for
    from airflowkit.dags import load_dag
    from airflowkit.errors import DagNotFound
    from airflowkit.pods.explain import explain_pod

    try:
        loaded = load_dag(ref, dags_folder)
    except DagNotFound as error:
        error.hint = hint_for(ref) or error.hint
        raise
    console = Console()
    for task in tasks_with_pods(loaded, ref):
        console.print(Text(f"{loaded.dag.dag_id}.{task.task_id}", style="bold"))
        for row in explain_pod(task, loaded.path):
            origin = ", ".join(filter(None, (row.layer, row.place)))
            line = Text.assemble(f"  {row.field} = {row.value}", (f"  <- {origin}", "dim"))
            console.print(line, soft_wrap=True)
