"""`airflowkit eject`: pods become plain Airflow and Kubernetes code, where every pod stays as it is."""

from __future__ import annotations

import json
import os
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airflowkit.cli.folders import DagPaths, Workers  # noqa: TC001  Typer reads them

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflowkit.eject.ejection import Ejection


class Format(StrEnum):
    """The format of the summary."""

    TEXT = "text"
    JSON = "json"


def eject(
    paths: DagPaths = None,
    output_format: Annotated[Format, typer.Option("--format", help="The format of the summary.")] = Format.TEXT,
    workers: Workers = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, without changing it.")] = False,
) -> None:
    """Rewrite pod_task to plain KubernetesPodOperator calls, where every pod stays as it is.

    The way back from `airflowkit adopt`: a file that was ejected needs no airflowkit. Parses the DAGs before and after,
    and writes a file only if all pods and DAGs are equal. What airflowkit.toml says is written out, as the profile in
    force has it. Needs no database, cluster or network. Without a PATH it ejects the repository's DAG folder.

    Examples:
        airflowkit eject --dry-run

        airflowkit eject dags/orders.py

        airflowkit eject
    """
    from airflowkit.adopt.engine import named
    from airflowkit.checks.parsing import pool_size
    from airflowkit.cli.adopting import written
    from airflowkit.cli.fixing import print_diff
    from airflowkit.cli.signals import ended_in_order
    from airflowkit.eject.alerts import TEAMS_FAILURE
    from airflowkit.eject.engine import ejected, write_module
    from airflowkit.repository import dags_folder_of, default_dags_folder, from_here

    where = paths or [default_dags_folder()]
    with ended_in_order():
        at = named(where, _WORD)
        found = ejected(at.drafts, pool_size(workers))
        files = sorted((it for it in found if it.objection or it.text != it.file.text), key=lambda it: it.file.path)
        folders = {dags_folder_of(each.file.path) for each in files if TEAMS_FAILURE in each.lost and not dry_run}
        added = [from_here(path).as_posix() for path in map(write_module, folders) if path]
        files = files if dry_run else [written(each) for each in files]
    for complaint in at.unread:
        typer.echo(complaint, err=True)
    modules = [path.as_posix() for path in at.helpers]
    if output_format is Format.JSON:
        typer.echo(json.dumps(_as_json(files, modules) | {"added": added}, indent=2))
        return
    if dry_run:
        for each in files:
            print_diff(each.file, each.text)
    for path in added:
        typer.echo(f"{path}: new: posts the alerts")
    for line in _lines(files, modules, dry_run=dry_run):
        typer.echo(line)


_WORD = "airflowkit"
_INSTEAD = {
    "RetryByCause": "RetryByCause (the cause of a failure no longer decides whether the pod is tried again)",
    "record_failure": "record_failure (a failed task no longer keeps the reason for the run's alert)",
    "teams_failure": "the card's extras (causes and hints, recovery, muting, retries of the delivery)",
    "memory_after_oom": "memory_after_oom (a pod that ran out of memory is tried again with as much as before)",
}


def _lines(found: Sequence[Ejection], modules: Sequence[str], *, dry_run: bool) -> Iterator[str]:
    from airflowkit.errors import counted, listed

    done = [each for each in found if not each.objection]
    for each in found:
        path = each.file.path.as_posix()
        why = " ".join(each.objection.split())
        yield (
            f"{path}: stays: {why}"
            if why
            else f"{path}: {counted(each.pods, 'pod')} plain, airflowkit no longer needed"
        )
        if each.lost:
            yield f"{path}: lost: {listed([_INSTEAD.get(name, name) for name in each.lost], len(each.lost))}"
    for path in modules:
        yield f"{path}: names airflowkit, and is no DAG file: nothing proves a change there"
    profile = os.environ.get("AIRFLOWKIT_PROFILE", "")
    of = f" with the profile {profile}" if profile else ""
    would = "would be ejected" if dry_run else "ejected"
    yield f"{counted(len(done), 'file')} {would}{of}, {len(found) - len(done)} left as they are"


def _as_json(found: Sequence[Ejection], modules: Sequence[str]) -> dict[str, Any]:
    files = [
        {
            "path": each.file.path.as_posix(),
            "pods": each.pods,
            "lost": list(each.lost),
            "stays": each.objection,
        }
        for each in found
    ]
    ejected = sum(not each.objection for each in found)
    totals = {"ejected": ejected, "stays": len(found) - ejected}
    return {
        "version": 1,
        "profile": os.environ.get("AIRFLOWKIT_PROFILE", ""),
        "files": files,
        **totals,
        "helpers": list(modules),
    }
