"""What the settings mute: whole DAGs or tasks, until a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from airflowkit import teams_failure
from airflowkit.alerts.facts.context import AlertSettings, gather
from airflowkit.alerts.facts.facts import Event, Facts, FailedTask
from airflowkit.alerts.facts.mutes import mute_of
from airflowkit.ignores import Mute
from alerts import contexts

TODAY = datetime.now(UTC).date()


def mute(dag, task="*", days=1):
    return Mute(dag=dag, task=task, reason="a known fault", until=TODAY + timedelta(days=days))


def run(*failed):
    return Facts(event=Event.FAILURE, dag_id="orders", failed=tuple(map(FailedTask, failed)))


@pytest.mark.parametrize(
    ("facts", "mutes", "muted"),
    [
        (run("load"), [mute("orders")], True),
        (run("load"), [mute("ord*")], True),
        (run("load"), [mute("ord?rs")], False),
        (run("load"), [mute("ord*", days=0)], True),
        (run("load"), [mute("orders", days=-1)], False),
        (run("load", "sell"), [mute("orders", "load")], False),
        (run("load", "sell"), [mute("orders", "load"), mute("*", "s*")], True),
        (replace(run("load"), others=True), [mute("orders", "load")], False),
        (replace(run("load"), others=True), [mute("orders", "load"), mute("orders")], True),
        (run(), [mute("orders", "load")], False),
        (run(), [mute("orders")], True),
        (Facts(event=Event.FAILURE, dag_id="orders", task_id="load"), [mute("orders", "load")], True),
        (Facts(event=Event.FAILURE, dag_id="orders", task_id="sell"), [mute("orders", "load")], False),
    ],
)
def test_a_run_is_muted_where_each_of_its_failed_tasks_is(facts, mutes, muted):
    assert bool(mute_of(facts, mutes)) is muted


def test_a_task_is_not_muted_with_the_only_one_that_airflow_has_named(monkeypatch):
    def silent(*_):
        raise OSError("no answer")

    monkeypatch.setattr("airflowkit.alerts.facts.failures.task_states", silent)
    context = {"ti": {"dag_id": "orders", "task_id": "load"}, "run_id": "r", "reason": "task_failure"}
    facts = gather(context, Event.FAILURE, AlertSettings(), patience=5)
    assert [task.task_id for task in facts.failed] == ["load"]
    assert mute_of(facts, [mute("orders", "load")]) is None


@pytest.mark.parametrize("without", ["dag", "reason", "until"])
def test_a_mute_needs_a_dag_a_reason_and_a_last_day(without):
    given = {"dag": "orders", "reason": "a known fault", "until": TODAY}
    del given[without]
    with pytest.raises(ValidationError, match=without):
        Mute(**given)


def test_of_a_muted_task_there_is_no_card_and_the_log_says_why(teams, tmp_path, monkeypatch, caplog):
    settings = f"[[teams.mute]]\ndag = 'orders_*'\ntask = 'load_*'\nreason = 'replaced soon'\nuntil = {TODAY}\n"
    (tmp_path / "airflowkit.toml").write_text(settings)
    monkeypatch.setenv("AIRFLOWKIT_CONFIG", str(tmp_path / "airflowkit.toml"))
    caplog.set_level("INFO", "airflowkit.alerts")
    teams_failure()(contexts.in_worker())
    assert teams.cards == []
    assert f"no card, because [teams] mute says so until {TODAY}: replaced soon" in caplog.text
