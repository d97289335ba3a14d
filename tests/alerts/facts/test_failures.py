"""The failed tasks on a run's card, where Airflow answers late or not at all."""

from __future__ import annotations

import time
from threading import Event as Flag

import pytest

from airflowkit import teams_failure
from airflowkit.alerts.facts import failures
from airflowkit.alerts.facts.run_state import NOT_MAPPED, TaskState
from airflowkit.alerts.teams import alert
from airflowkit.pods.diagnostics.diagnosis import Diagnosis, Tries
from alerts import contexts
from alerts.official import texts


@pytest.fixture
def never():
    """Return a function that does not answer while the test runs."""
    over = Flag()
    yield lambda *_: over.wait(60)
    over.set()


@pytest.fixture
def impatient(monkeypatch):
    """Wait a second for Airflow, where an alert waits for twenty-five."""
    monkeypatch.setattr(alert, "_FIRST_ANSWER", 1.0)


@pytest.mark.usefixtures("impatient")
def test_a_run_whose_tasks_cannot_be_read_in_time_has_its_card(never, monkeypatch, teams, caplog):
    monkeypatch.setattr(failures, "task_states", never)
    teams_failure(budget=2)(contexts.of_dag(with_task=False, reason="task_failure"))
    (card,) = teams.cards
    assert texts(card)[:2] == ["🔴 Run failed: orders_daily", "Airflow did not say which tasks failed"]
    assert "airflowkit: Airflow did not say in 2." in caplog.text


@pytest.mark.usefixtures("impatient")
def test_a_card_names_the_task_that_its_context_knows_where_airflow_does_not_answer(never, monkeypatch, teams):
    monkeypatch.setattr(failures, "task_states", never)
    teams_failure(budget=2)(contexts.of_dag(reason="task_failure"))
    shown = texts(teams.cards[0])
    assert "Airflow did not say which other tasks failed" in shown
    assert "Its log says why." in shown


def test_the_first_answer_of_a_dag_processor_may_take_longer_than_the_budget(monkeypatch, teams):
    def late(*_):
        time.sleep(2)
        return (TaskState("extract", NOT_MAPPED, "failed"),)

    monkeypatch.setattr(failures, "task_states", late)
    monkeypatch.setattr(failures, "stored_diagnosis", lambda *_: None)
    teams_failure(budget=1)(contexts.of_dag(with_task=False, reason="task_failure"))
    assert "extract" in texts(teams.cards[0])


@pytest.mark.usefixtures("impatient")
def test_a_task_whose_diagnosis_cannot_be_read_in_time_is_on_the_card(never, monkeypatch, teams):
    states = (TaskState("extract", NOT_MAPPED, "failed"), TaskState("load", NOT_MAPPED, "failed"))
    monkeypatch.setattr(failures, "task_states", lambda *_: states)
    monkeypatch.setattr(failures, "stored_diagnosis", never)
    teams_failure(budget=2)(contexts.of_dag(with_task=False, reason="task_failure"))
    (card,) = teams.cards
    assert {"extract", "load"} <= set(texts(card))


def of_mapped(monkeypatch, instances, diagnoses):
    """Return the one failed task of a run, with so many failed instances and what is read of them."""
    states = tuple(TaskState("part", index, "failed") for index in range(instances))
    monkeypatch.setattr(failures, "task_states", lambda *_: states)
    monkeypatch.setattr(failures, "stored_diagnoses", lambda *_: [each.to_xcom() for each in diagnoses])
    monkeypatch.setattr(failures, "stored_diagnosis", lambda *_: Diagnosis("broke", tries=Tries(2)).to_xcom())
    ((task,), _) = failures.failed_tasks({}, "orders", "run", 5)
    return task


def test_the_tries_of_all_instances_of_a_mapped_task_are_added_up(monkeypatch):
    found = [Diagnosis("no secret", tries=Tries(1, 3)), Diagnosis("broke", tries=Tries(4))]
    task = of_mapped(monkeypatch, 2, found)
    assert (task.diagnosis.reason, task.tries, task.counted) == ("no secret", Tries(5, 3), True)


def test_tries_that_not_every_instance_tells_are_not_taken_for_all(monkeypatch):
    assert not of_mapped(monkeypatch, 3, [Diagnosis("broke", tries=Tries(1))]).counted
    of_older_versions = of_mapped(monkeypatch, 2, [Diagnosis("broke"), Diagnosis("broke")])
    assert (of_older_versions.tries, of_older_versions.counted) == (None, False)


def test_without_all_at_once_one_instance_still_tells_why(monkeypatch):
    task = of_mapped(monkeypatch, 2, [])
    assert (task.diagnosis.reason, task.tries, task.counted) == ("broke", Tries(2), False)
