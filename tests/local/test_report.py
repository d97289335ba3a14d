"""What a run shows on the terminal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from airflowkit.local.process.events import (
    Asked,
    LogLine,
    Notice,
    Output,
    Stopping,
    TaskEnded,
    TaskFailed,
    TaskRun,
    TaskStarted,
)
from airflowkit.local.report import RunReport
from airflowkit.local.run import DagRunResult


@pytest.fixture
def shown():
    """Show events, or what a function does with the report; return the lines."""

    def shown(*events, act=lambda report: None, width=60):
        file = io.StringIO()
        with RunReport(Console(file=file, width=width)) as report:
            for event in events:
                report.event(event)
            act(report)
        return file.getvalue().splitlines()

    return shown


def test_each_event_is_a_line_with_its_task(shown):
    assert shown(
        Notice("no memory limits"),
        TaskStarted("load", -1),
        TaskStarted("part", 2),
        LogLine("load", -1, 1, "base", "7 rows"),
        LogLine("part", 2, 1, "side", "[ready]"),
        Output("a warning"),
        TaskEnded("load", -1),
        Stopping(),
    ) == [
        "note: no memory limits",
        "load starts",
        "part[2] starts",
        "load | 7 rows",
        "part[2]/side | [ready]",
        "a warning",
        "stopping; press Ctrl-C again to end at once",
    ]


def test_a_failure_is_a_line_however_narrow_the_terminal_is(shown):
    failed = TaskFailed("load", -1, "exit code 3: the file has 3 columns, expected 4", [])
    assert shown(failed, width=20) == ["failed: load: exit code 3: the file has 3 columns, expected 4"]


def test_a_failure_for_the_same_reason_is_not_repeated(shown):
    failed = [TaskFailed("load", -1, reason, []) for reason in ("no rows", "no rows", "no disk")]
    assert shown(*failed) == ["failed: load: no rows", "failed again: load, as before", "failed: load: no disk"]


def test_the_table_has_a_row_for_each_task_and_the_run_a_verdict(shown):
    tasks = (TaskRun("load", -1, "success", 1.26, 1), TaskRun("part", 2, "failed", 0, 3))
    result = DagRunResult("orders", "manual", "failed", tasks, folder=Path("/tmp/kept"))
    rows = [line.strip("│┃ ").split() for line in shown(act=lambda report: report.table(result))]
    words = [[word for word in row if word not in "│┃"] for row in rows]
    assert ["task", "state", "seconds", "tries"] in words
    assert ["load", "success", "1.3", "1"] in words
    assert ["part[2]", "failed", "0.0", "3"] in words
    assert words[-2:] == [["orders:", "failed"], ["kept:", "/tmp/kept"]]


def test_a_question_shows_its_choices_and_takes_several_answers(shown, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("yes, no\n"))
    question = Asked("approve", "Load?", "7 rows", ["yes", "no"], "/tmp/reply")
    answers = []
    lines = shown(act=lambda report: answers.extend(report.ask(question)))
    assert lines[:2] == ["approve asks: Load?", "7 rows"]
    assert "yes / no: " in lines[2]
    assert answers == ["yes", "no"]
