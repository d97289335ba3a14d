"""`airflowkit run`: a DAG on this computer, pods included."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path  # noqa: TC003  Typer reads the annotations
from typing import Annotated, Any

import typer

from airflowkit.cli.folders import DagsFolder  # noqa: TC001  Typer reads the annotations


def run(
    dag: Annotated[str, typer.Argument(help="A DAG id, or a file with one DAG.")],
    *,
    dags_folder: DagsFolder,
    logical_date: Annotated[str, typer.Option("--logical-date", "--date", help="ISO 8601; by default now.")] = "",
    conf: Annotated[str, typer.Option("--conf", "-c", help="The run's configuration as a JSON object.")] = "",
    runtime: Annotated[
        str,
        typer.Option(
            help="What runs the pods: auto, process, podman or docker. Only the last two use the image.",
            envvar="AIRFLOWKIT_RUNTIME",
        ),
    ] = "auto",
    keep: Annotated[bool, typer.Option("--keep", help="Keep the run's folder: volumes, database.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show Airflow's own log.")] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Also write the result of each task to a file.")
    ] = None,
) -> None:
    """Run a DAG without a cluster: on an embedded Airflow, its pods as containers or processes on this computer.

    Example: airflowkit run orders_daily --conf '{"day": "2026-01-31"}'
    """
    from airflowkit.local.report import RunReport
    from airflowkit.local.run import run_dag
    from airflowkit.replacement import atomic_write

    _check_writable(json_file)
    with RunReport() as report:
        result = run_dag(
            dag,
            dags_folder=dags_folder,
            conf=_json_object(conf),
            logical_date=_date(logical_date),
            runtime=runtime,
            keep=keep,
            verbose=verbose,
            on_event=report.event,
        )
    report.table(result)
    if json_file:
        with atomic_write(json_file) as file:
            file.write_text(json.dumps(asdict(result), indent=2, default=str) + "\n", encoding="utf-8")
    raise typer.Exit(0 if result.ok else 1)


def _json_object(text: str) -> dict[str, Any] | None:
    if not text:
        return None
    try:
        value = json.loads(text)
    except ValueError as error:
        raise typer.BadParameter(f"not valid JSON: {error}", param_hint="--conf") from None
    if not isinstance(value, dict):
        raise typer.BadParameter("not a JSON object", param_hint="--conf")
    return value


def _check_writable(file: Path | None) -> None:
    """Reject a file that cannot be written before the run, not after it."""
    from airflowkit.replacement import can_replace

    if file and not can_replace(file):
        raise typer.BadParameter(f"{file} cannot be written", param_hint="--json")


def _date(text: str) -> str | None:
    try:
        return datetime.fromisoformat(text).isoformat() if text else None
    except ValueError:
        message = f"{text!r} is not a valid date; write 2026-01-31 or 2026-01-31T06:00"
        raise typer.BadParameter(message, param_hint="--logical-date") from None
