"""Shows a run on the terminal: what happens, each pod's log after its task's name, and a table at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self

from rich.console import Console
from rich.panel import Panel
from rich.table import Column, Table
from rich.text import Text

from airflowkit._airflow import connection_variable
from airflowkit.alerts.teams.plain_text import lines_of
from airflowkit.local.process.events import (
    AlertKept,
    Asked,
    Event,
    LogLine,
    Notice,
    OtherRunEnded,
    Output,
    Stopping,
    TaskEnded,
    TaskFailed,
    TaskRun,
    TaskStarted,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from airflowkit.local.run import DagRunResult

_STYLES: Final = {"success": "green", "failed": "red", "upstream_failed": "yellow", "skipped": "magenta"}
_COLOURS: Final = {"attention": "red", "good": "green", "warning": "yellow"}
"""By an Adaptive Card's name for it."""


class RunReport:
    """Shows a run as it goes.

    Args:
        console: Defaults to the terminal.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._status = self._console.status("starting Airflow")
        self._failures: set[str] = set()

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._status.stop()

    def event(self, event: Event) -> None:
        """Show one event."""
        match event:
            case Notice(text):
                self._console.print(Text(f"note: {text}", style="yellow"), soft_wrap=True)
            case Stopping():
                self._status.update("stopping")
                self._console.print(Text("stopping; press Ctrl-C again to end at once", style="yellow"))
            case TaskFailed():
                again = event.text in self._failures
                text = f"failed again: {_label(event.task_id, event.map_index)}, as before" if again else event.text
                self._console.print(Text(text if again else f"failed: {text}", style="red"), soft_wrap=True)
                self._failures.add(event.text)
            case TaskStarted(task_id, map_index):
                self._status.update(Text(f"{_label(task_id, map_index)} is running"))
                self._console.print(Text(f"{_label(task_id, map_index)} starts", style="bold"))
            case TaskEnded():
                self._status.update("Airflow")
            case LogLine():
                self._console.print(_log_line(event), soft_wrap=True)
            case Output(text):
                self._console.print(Text(text, style="dim"), soft_wrap=True)
            case AlertKept(conn_id, card):
                self._console.print(_alert(conn_id, card))
            case OtherRunEnded(dag_id, _, state):
                self._console.print(_verdict(dag_id, state))

    def ask(self, question: Asked) -> Sequence[str]:
        """Ask a person on the terminal; one choice a line, or several with commas between them."""
        self._status.stop()
        self._console.print(Text(f"{question.task_id} asks: {question.subject}", style="bold"), soft_wrap=True)
        if question.body:
            self._console.print(Text(question.body), soft_wrap=True)
        try:
            said = self._console.input(Text(f"{' / '.join(question.options)}: "))
        except EOFError:
            said = ""
        self._status.start()
        return [choice.strip() for choice in ([said] if said.startswith("{") else said.split(","))]

    def table(self, result: DagRunResult) -> None:
        """Show how each task and the run ended."""
        table = Table("task", "state", Column("seconds", justify="right"), Column("tries", justify="right"))
        for other in result.others:
            for task in other.tasks:
                table.add_row(*_row(task, f"{other.dag_id}."))
        for task in result.tasks:
            table.add_row(*_row(task))
        self._console.print(table)
        for each in (*result.others, result):
            self._console.print(_verdict(each.dag_id, each.state))
        if result.folder:
            self._console.print(Text(f"kept: {result.folder}"), soft_wrap=True)


def _label(task_id: str, map_index: int) -> str:
    return TaskRun(task_id, map_index, "", 0, 0).label


def _log_line(line: LogLine) -> Text:
    place = _label(line.task_id, line.map_index)
    if line.container != "base":
        place = f"{place}/{line.container}"
    return Text.assemble((f"{place} | ", "cyan"), line.text)


def _alert(conn_id: str, card: Mapping[str, Any]) -> Panel:
    return Panel(
        Text("\n".join(lines_of(card))),
        title="What Teams would show",
        title_align="left",
        subtitle=Text(f"not sent: {connection_variable(conn_id)} is not set", style="dim"),
        subtitle_align="left",
        border_style=_COLOURS.get(card["body"][0].get("style", ""), ""),
    )


def _verdict(dag_id: str, state: str) -> Text:
    return Text(f"{dag_id}: {state}", style=_STYLES.get(state, ""))


def _row(task: TaskRun, prefix: str = "") -> tuple[Text, Text, str, str]:
    state = Text(task.state, style=_STYLES.get(task.state, ""))
    return Text(f"{prefix}{task.label}"), state, f"{task.duration:.1f}", str(task.tries)
