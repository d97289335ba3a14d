"""`airflowkit eject`: pods become plain Airflow and Kubernetes code, where every pod stays as it is."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from airflowkit.cli.folders import DagPaths, Workers  # noqa: TC001  Typer reads them
from airflowkit.cli.formats import Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from airflowkit.adopt.engine import Named
    from airflowkit.eject.ejection import Ejection

_WORD: Final = "airflowkit"
_INSTEAD: Final[Mapping[str, str]] = {
    "RetryByCause": "RetryByCause (the cause of a failure no longer decides whether the pod is tried again)",
    "record_failure": "record_failure (a failed task no longer keeps the reason for the run's alert)",
    "teams_failure": "the card's extras (causes and hints, recovery, muting, retries of the delivery)",
    "memory_after_oom": "memory_after_oom (a pod that ran out of memory is tried again with as much as before)",
}
"""What a file loses, in words."""


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
    from airflowkit.cli.signals import ended_in_order
    from airflowkit.eject.alerts import TEAMS_FAILURE
    from airflowkit.eject.engine import ejected, missing_module
    from airflowkit.repository import dags_folder_of, default_dags_folder, from_here

    with ended_in_order():
        at = named(paths or [default_dags_folder()], _WORD)
        found = ejected(at.drafts, pool_size(workers))
        files = sorted((it for it in found if it.objection or it.text != it.file.text), key=lambda it: it.file.path)
        alerting = {dags_folder_of(it.file.path) for it in files if TEAMS_FAILURE in it.lost}
        added = [path for folder in alerting if (path := missing_module(folder))]
        if not dry_run:
            files, added = _written(files, added)
    modules = [from_here(path).as_posix() for path in added]
    _show(files, at, modules, as_json=output_format is Format.JSON, dry_run=dry_run)


def _written(files: Iterable[Ejection], added: Sequence[Path]) -> tuple[list[Ejection], list[Path]]:
    """Write the files and the modules of their alerts; return what became of the files, and the modules that stay."""
    from airflowkit.cli.adopting import written
    from airflowkit.eject.alerts import TEAMS_FAILURE
    from airflowkit.eject.engine import kept_modules, write_module

    for path in added:
        write_module(path)
    done = [written(each) for each in files]
    return done, kept_modules(added, [it.file.path for it in done if TEAMS_FAILURE in it.lost])


def _show(found: Sequence[Ejection], at: Named, added: Sequence[str], *, as_json: bool, dry_run: bool) -> None:
    """Print what was ejected, and what was not."""
    from airflowkit.cli.fixing import print_diff

    for complaint in at.unread:
        typer.echo(complaint, err=True)
    modules = [path.as_posix() for path in at.helpers]
    if as_json:
        typer.echo(json.dumps(_as_json(found, modules, added), indent=2))
        return
    if dry_run:
        for each in found:
            print_diff(each.file, each.text)
    for module in added:
        typer.echo(f"{module}: {'would be new' if dry_run else 'new'}: posts the alerts")
    for line in _lines(found, modules, dry_run=dry_run):
        typer.echo(line)


def _lines(found: Sequence[Ejection], modules: Sequence[str], *, dry_run: bool) -> Iterator[str]:
    from airflowkit.errors import counted, listed

    done = [each for each in found if not each.objection]
    for each in found:
        path = each.file.path.as_posix()
        why = " ".join(each.objection.split()).removeprefix(f"{path}: ")
        if why:
            yield f"{path}: stays: {why}"
            continue
        needed = f"still needed by {listed(each.needed_by)}" if each.needed_by else "no longer needed"
        pods = f"{counted(each.pods, 'pod')} plain, " if each.pods else ""
        yield f"{path}: {pods}airflowkit {needed}"
        if each.lost:
            yield f"{path}: lost: {listed([_INSTEAD.get(name, name) for name in each.lost], len(each.lost))}"
    for path in modules:
        yield f"{path}: names airflowkit, and is no DAG file: nothing proves a change there"
    profile = os.environ.get("AIRFLOWKIT_PROFILE", "")
    of = f" with the profile {profile}" if profile else ""
    would = "would be ejected" if dry_run else "ejected"
    yield f"{counted(len(done), 'file')} {would}{of}, {len(found) - len(done)} left as they are"


def _as_json(found: Sequence[Ejection], modules: Sequence[str], added: Sequence[str]) -> dict[str, Any]:
    files = [
        {
            "path": each.file.path.as_posix(),
            "pods": each.pods,
            "lost": list(each.lost),
            "needed_by": list(each.needed_by),
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
        "added": list(added),
    }
