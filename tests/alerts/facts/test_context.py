"""Facts from Airflow's contexts: the shapes that its own code makes, whole and with anything missing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflowkit.alerts.facts.context import AlertSettings, event_of, gather
from airflowkit.alerts.facts.facts import Event, Mention
from airflowkit.alerts.teams.card import fitting_card
from alerts import contexts
from alerts.official import complaints, fact, texts

SETTINGS = AlertSettings(
    environment="PROD",
    owners={"data-eng": "data@example.com"},
    runbook="https://wiki.example.com/{dag_id}/{task_id}",
)


def facts_of(context, settings=SETTINGS):
    return gather(context, event_of(context), settings, patience=6)


def test_a_task_in_the_worker_gives_every_fact():
    facts = facts_of(contexts.in_worker())
    assert (facts.event, facts.dag_id, facts.task_id) == (Event.FAILURE, "orders_daily", "load_orders")
    assert (facts.try_number, facts.tries, facts.will_retry) == (2, 3, False)
    assert facts.diagnosis.reason == 'ConnectionError: authentication failed for user "etl"'
    assert "in_worker" in facts.traceback
    assert (facts.started, facts.lasted) == (contexts.AT, timedelta(minutes=4, seconds=12))
    assert (facts.owners, facts.mentions) == (("data-eng",), (Mention("data-eng", "data@example.com"),))
    assert facts.runbook == "https://wiki.example.com/orders_daily/load_orders"
    assert facts.log_url.endswith("/tasks/load_orders?try_number=2")
    assert (facts.host, facts.run_type, facts.logical_date) == ("worker-1", "scheduled", contexts.AT)


def test_a_runbook_that_is_no_web_address_is_left_out_because_teams_would_drop_the_card():
    facts = facts_of(contexts.in_worker(), AlertSettings(runbook="wiki/{dag_id}"))
    assert facts.runbook == ""


def test_a_task_that_will_be_tried_again_is_a_retry():
    facts = facts_of(contexts.in_worker("up_for_retry"))
    assert (facts.event, facts.will_retry) == (Event.RETRY, True)


def test_a_task_in_the_dag_processor_is_judged_by_its_numbers():
    facts = facts_of(contexts.in_dag_processor())
    assert (facts.event, facts.try_number, facts.tries, facts.will_retry) == (Event.FAILURE, 2, 2, False)
    retried = facts_of(contexts.in_dag_processor(retry=True))
    assert (retried.event, retried.tries, retried.will_retry) == (Event.RETRY, 3, True)
    assert (facts.started, facts.diagnosis, facts.traceback) == (None, None, "")


def test_what_is_unknown_about_a_failed_trigger_is_not_made_up():
    facts = facts_of(contexts.in_dag_processor(trigger_failure=True))
    assert (facts.event, facts.try_number, facts.tries, facts.will_retry) == (Event.FAILURE, 2, None, None)


def test_a_dag_level_context_is_of_the_run(airflow_db):
    facts = facts_of(contexts.of_dag())
    assert (facts.event, facts.task_id, facts.dag_id, facts.run_id) == (
        Event.FAILURE,
        "",
        "orders_daily",
        contexts.RUN_ID,
    )
    assert (facts.started, facts.try_number, facts.traceback) == (contexts.AT, None, "")
    assert facts.run_url.endswith("/dags/orders_daily/runs/scheduled__2026-11-20T02%3A00%3A00%2B00%3A00")


@pytest.mark.parametrize(
    ("reason", "words"),
    [("timed_out", "dagrun_timeout"), ("all_tasks_deadlocked", "deadlock"), ("something_new", "something_new")],
)
def test_the_reason_of_a_run_is_put_into_words(airflow_db, reason, words):
    assert words in facts_of(contexts.of_dag(with_task=False, reason=reason)).reason


def test_a_run_that_succeeded_is_a_success(airflow_db):
    assert event_of(contexts.of_dag(success=True, reason="success")) is Event.SUCCESS


def test_a_deadline_has_its_run_and_its_time():
    facts = facts_of(contexts.of_deadline())
    assert (facts.event, facts.dag_id, facts.run_id) == (Event.DEADLINE, "orders_daily", contexts.RUN_ID)
    assert (facts.deadline, facts.started) == (contexts.AT.replace(hour=6), contexts.AT)
    assert fact(fitting_card(facts), "Deadline") == "2026-11-20 06:00 UTC"


@pytest.mark.parametrize("make", contexts.SHAPES.values(), ids=contexts.SHAPES)
def test_every_shape_makes_a_valid_card(airflow_db, make):
    card = fitting_card(facts_of(make()))
    assert complaints(card) == []
    assert "orders_daily" in " ".join(texts(card))


class Without:
    """An object of Airflow's without some of its attributes."""

    def __init__(self, whole, missing):
        self._whole, self._missing = whole, missing

    def __getattr__(self, name):
        if name in self._missing:
            raise AttributeError(name)
        return getattr(self._whole, name)


ATTRIBUTES = [
    *("dag_id", "task_id", "run_id", "try_number", "max_tries", "state", "start_date", "end_date", "map_index"),
    *("task", "owner", "hostname", "log_url", "rendered_map_index", "logical_date", "run_type", "task_dict"),
]


@pytest.fixture(scope="module")
def whole():
    return {name: make() for name, make in contexts.SHAPES.items()}


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_missing_the_card_is_valid(airflow_db, whole, data):
    context = dict(whole[data.draw(st.sampled_from(sorted(whole)), "shape")])
    for key in data.draw(st.lists(st.sampled_from(sorted(context)), unique=True), "keys removed"):
        del context[key]
    missing = data.draw(st.sets(st.sampled_from(ATTRIBUTES)), "attributes removed")
    for key in {"ti", "task_instance", "dag", "dag_run", "task"} & set(context):
        value = context[key]
        context[key] = (
            {name: held for name, held in value.items() if name not in missing}
            if isinstance(value, dict)
            else Without(value, missing)
        )
    card = fitting_card(facts_of(context))
    assert complaints(card) == []
    assert card["body"]


@settings(max_examples=200)
@given(
    context=st.dictionaries(
        st.sampled_from(["ti", "dag", "dag_run", "run_id", "reason", "exception", "deadline"]),
        st.none() | st.integers() | st.text() | st.lists(st.text()) | st.dictionaries(st.text(), st.text()),
    )
)
def test_even_nonsense_makes_a_valid_card(context):
    assert complaints(fitting_card(facts_of(context))) == []
