"""What the settings mute: whole DAGs or tasks, until a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from airflowkit import teams_failure
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
        (run(), [mute("orders", "load")], False),
        (run(), [mute("orders")], True),
        (Facts(event=Event.FAILURE, dag_id="orders", task_id="load"), [mute("orders", "load")], True),
        (Facts(event=Event.FAILURE, dag_id="orders", task_id="sell"), [mute("orders", "load")], False),
    ],
)
def test_a_run_is_muted_where_each_of_its_failed_tasks_is(facts, mutes, muted):
    assert bool(mute_of(facts, mutes)) is muted


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
