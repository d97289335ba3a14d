"""`airflowkit run`: a DAG on this computer, pods included."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path  # noqa: TC003  Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from airflowkit.cli.folders import DagsFolder  # noqa: TC001  Typer reads the annotations

if TYPE_CHECKING:
    from airflowkit.local.process.events import Event
    from airflowkit.local.process.spawn import OnEvent, Worker

NOW: Final = "now"


def _runtimes(incomplete: str) -> list[str]:
    from airflowkit.local.runtimes import NAMES

    return [name for name in NAMES if name.startswith(incomplete)]


def run(  # noqa: PLR0913  the command's options
    dag: Annotated[
        str, typer.Argument(metavar="DAG[.TASK]", help="A DAG id, one of its tasks, or a file with one DAG.")
    ],
    *,
    dags_folder: DagsFolder,
    logical_date: Annotated[
        str,
        typer.Option(
            "--logical-date",
            "--date",
            help="ISO 8601, or none; by default now, and none where assets or partitions start the DAG.",
        ),
    ] = NOW,
    partition_key: Annotated[
        str, typer.Option(help="The partition that the run is for, in a DAG that has some; by default the last one.")
    ] = "",
    conf: Annotated[str, typer.Option("--conf", "-c", help="The run's configuration as a JSON object.")] = "",
    answer: Annotated[
        list[str] | None,
        typer.Option(metavar="TASK=CHOICE", help="The answer to a task that asks a person; once for each choice."),
    ] = None,
    runtime: Annotated[
        str,
        typer.Option(
            help="What runs the pods: auto, process, podman or docker. Only the last two use the image.",
            envvar="AIRFLOWKIT_RUNTIME",
            autocompletion=_runtimes,
        ),
    ] = "auto",
    keep: Annotated[bool, typer.Option("--keep", help="Keep the run's folder: volumes, database.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show Airflow's own log.")] = False,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Also write each task's result to a file; - for standard output."),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Stay, and run it again whenever a file is saved that it depends on.")
    ] = False,
) -> None:
    """Run a DAG without a cluster: on an embedded Airflow, its pods as containers or processes on this computer.

    Examples:
        airflowkit run orders_daily --conf '{"day": "2026-01-31"}'

        airflowkit run orders_daily.load --watch
    """
    from rich.console import Console

    from airflowkit.local.report import RunReport
    from airflowkit.local.run import run_dag

    to_stdout = str(json_file) == "-"
    if not to_stdout:
        _check_writable(json_file)
    if watch and (keep or to_stdout):
        option = "--keep" if keep else "--json -"
        raise typer.BadParameter(f"--watch runs the DAG again and again: use it without {option}")
    console = Console(stderr=to_stdout, highlight=False)
    options: dict[str, Any] = {
        "dags_folder": dags_folder,
        "conf": _json_object(conf),
        "logical_date": _date(logical_date),
        "partition_key": partition_key,
        "answers": _answers(answer or []),
        "runtime": runtime,
        "keep": keep,
        "verbose": verbose,
    }

    def run_once(worker: Worker | None = None, on_event: OnEvent = lambda _: None) -> bool:
        with RunReport(console) as report:

            def show(event: Event) -> None:
                on_event(event)
                report.event(event)

            ask = report.ask if sys.stdin.isatty() else None
            result = run_dag(dag, ask=ask, worker=worker, on_event=show, **options)
        report.table(result)
        if json_file:
            _write(json_file, json.dumps(result.to_json(), indent=2) + "\n")
        return result.ok

    if watch:
        from airflowkit.cli.watch_run import watch_run

        watch_run(run_once, dags_folder, console)
    raise typer.Exit(0 if run_once() else 1)


def _write(file: Path, text: str) -> None:
    from airflowkit.replacement import atomic_write

    if str(file) == "-":
        typer.echo(text, nl=False)
        return
    with atomic_write(file) as new:
        new.write_text(text, encoding="utf-8")


def _answers(given: list[str]) -> dict[str, list[str]]:
    answers: dict[str, list[str]] = {}
    for each in given:
        task_id, equals, choice = each.partition("=")
        if not (task_id and equals and choice):
            raise typer.BadParameter(f"{each!r} is not TASK=CHOICE", param_hint="--answer")
        answers.setdefault(task_id, []).append(choice)
    return answers


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
    if text in {NOW, "none"}:
        return None if text == NOW else text
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        message = f"{text!r} is not a valid date; write 2026-01-31, 2026-01-31T06:00 or none"
        raise typer.BadParameter(message, param_hint="--logical-date") from None
