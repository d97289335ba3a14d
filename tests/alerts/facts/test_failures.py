"""The failed tasks on a run's card, where Airflow answers late or not at all."""

from __future__ import annotations

from threading import Event as Flag

import pytest

from airflowkit import teams_failure
from airflowkit.alerts.facts import failures
from airflowkit.alerts.facts.run_state import NOT_MAPPED, TaskState
from alerts import contexts
from alerts.official import texts


@pytest.fixture
def never():
    """Return a function that does not answer while the test runs."""
    over = Flag()
    yield lambda *_: over.wait(60)
    over.set()


def test_a_run_whose_tasks_cannot_be_read_in_time_has_its_card(never, monkeypatch, teams, caplog):
    monkeypatch.setattr(failures, "task_states", never)
    teams_failure(budget=2)(contexts.of_dag(with_task=False, reason="task_failure"))
    (card,) = teams.cards
    assert texts(card)[:2] == ["🔴 Run failed: orders_daily", "Airflow did not say which tasks failed"]
    assert "airflowkit: Airflow did not say in 1." in caplog.text


def test_a_task_whose_diagnosis_cannot_be_read_in_time_is_on_the_card(never, monkeypatch, teams):
    states = (TaskState("extract", NOT_MAPPED, "failed"), TaskState("load", NOT_MAPPED, "failed"))
    monkeypatch.setattr(failures, "task_states", lambda *_: states)
    monkeypatch.setattr(failures, "stored_diagnosis", never)
    teams_failure(budget=2)(contexts.of_dag(with_task=False, reason="task_failure"))
    (card,) = teams.cards
    assert {"extract", "load"} <= set(texts(card))
