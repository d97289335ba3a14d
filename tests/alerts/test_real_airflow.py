"""Alerts in a real Airflow: its scheduler, DAG processor, triggerer and tasks, each a process of its own."""

from __future__ import annotations

import json
import os
import signal
from contextlib import ExitStack

import pytest

from airflow_parts import airflow, wait_for
from alerts.official import complaints, fact, texts
from alerts.receiver import SIGNATURE, Reply, hang, running
from alerts.watched import SETTINGS, WATCHED, cards_of_run, is_marked, kill_processor, multiply, run

pytestmark = pytest.mark.slow

DAGS = """
from datetime import datetime, timedelta
from airflow.sdk import DAG, AsyncCallback, DeadlineAlert, DeadlineReference, task
from airflow.sdk.exceptions import AirflowFailException
from airflowkit import TeamsNotifier, default_args, teams_failure, teams_recovery

START = datetime(2026, 1, 1)

with DAG("first", schedule=None, start_date=START, on_failure_callback=teams_failure()):

    @task
    def fail():
        raise RuntimeError("the first of all")

    fail()

with DAG("hanging", schedule=None, start_date=START):

    @task(retries=2, retry_delay=timedelta(seconds=1), on_failure_callback=teams_failure(conn_id="hanging"))
    def give_up():
        raise AirflowFailException("for good")

    give_up()

with DAG("mapped", schedule=None, start_date=START, default_args=default_args("manual", owner="data-eng"),
         on_failure_callback=teams_failure(environment="TEST")):

    @task
    def part(number):
        raise RuntimeError(f"part {number} broke")

    @task
    def report():
        pass

    @task
    def part_7():
        # Named as the mapped task's eighth instance is in Airflow's answers.
        pass

    part.expand(number=list(range(200))) >> report()
    part_7()

with DAG("flaky", schedule=None, start_date=START, on_success_callback=teams_recovery()):

    @task
    def once(logical_date):
        if logical_date.day == 1:
            raise RuntimeError("the first time")

    once()

with DAG("late", schedule=None, start_date=START, deadline=DeadlineAlert(
    reference=DeadlineReference.DAGRUN_QUEUED_AT, interval=timedelta(seconds=1),
    callback=AsyncCallback(TeamsNotifier, {"environment": "LATE", "mentions": ["oncall@example.com"]}),
)):

    @task
    def sleep():
        import time
        time.sleep(15)

    sleep()
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A running Airflow, and the receiver of its alerts."""
    home = tmp_path_factory.mktemp("airflow")
    (home / "dags").mkdir()
    (home / "dags" / "alerts.py").write_text(DAGS)
    (home / "dags" / "watched.py").write_text(WATCHED)
    (home / "dags" / "airflowkit.toml").write_text(SETTINGS)
    with ExitStack() as stack:
        teams, hanging = stack.enter_context(running()), stack.enter_context(running(Reply(act=hang)))
        connections = {"MSTEAMS_WEBHOOK_URL": teams.url, "HANGING": hanging.url}
        environment = {
            f"AIRFLOW_CONN_{name}": json.dumps({"conn_type": "http", "password": url})
            for name, url in connections.items()
        }
        environment["AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT"] = "300"
        started = stack.enter_context(airflow(home, environment))
        started._call(
            "POST", "/api/v2/connections", {"connection_id": "airflow_api", "conn_type": "http", "host": started.base}
        )
        wait_for(lambda: {"late", "digest"} <= started.dags().keys(), 240, "the DAGs")
        # On a busy computer the first callback waits for the API that its DAG processor builds.
        started.finish("first", started.trigger("first"))
        wait_for(lambda: bool(cards_of(teams, "first")), 240, "the first card")
        run(started, "watch")  # from now on, there are marks
        yield started, teams, hanging


def cards_of(teams, dag_id):
    return [card for card in teams.cards if any(dag_id in text for text in texts(card)[:2])]


def test_a_webhook_that_hangs_does_not_turn_a_failure_into_a_retry(world):
    airflow_, _, hanging = world
    run_id = airflow_.trigger("hanging")
    assert airflow_.finish("hanging", run_id) == "failed"
    (task,) = airflow_.tasks("hanging", run_id)
    assert (task["state"], task["try_number"]) == ("failed", 1)
    assert len(hanging.requests) >= 1


@pytest.mark.timeout(1500)
def test_two_hundred_mapped_failures_make_one_card(world):
    airflow_, teams, _ = world
    run_id = airflow_.trigger("mapped")
    assert airflow_.finish("mapped", run_id, timeout=900) == "failed"
    wait_for(lambda: bool(cards_of(teams, "mapped")), 240, "the card")
    states = [task["state"] for task in airflow_.tasks("mapped", run_id)]
    assert states.count("failed") == 200
    (card,) = cards_of(teams, "mapped")
    shown = texts(card)
    assert complaints(card) == []
    assert shown[:2] == [
        "🔴 [TEST] Run failed: mapped",
        "1 task failed · 200 tries used · 1 task did not run because of it",
    ]
    assert [text for text in shown if text.startswith("part")] == ["part  \u00d7200"]
    assert "RuntimeError: part 0 broke" in shown
    assert fact(card, "Owner") == "data-eng"


def test_a_run_that_succeeds_after_a_failed_one_is_reported_once(world):
    airflow_, teams, _ = world
    for day, state in ((1, "failed"), (2, "success"), (3, "success")):
        run_id = airflow_.trigger("flaky", f"2026-02-{day:02}T00:00:00Z")
        assert airflow_.finish("flaky", run_id) == state
    wait_for(lambda: bool(cards_of(teams, "flaky")), 240, "the card")
    wait_for(lambda: airflow_.logs().count("Executing on_success dag callback") >= 2, 240, "the third run's callback")
    (card,) = cards_of(teams, "flaky")
    assert texts(card)[0] == "🟢 Run recovered: flaky"
    assert fact(card, "Logical date") == "2026-02-02 00:00 UTC"


def test_the_triggerer_reports_a_missed_deadline(world):
    airflow_, teams, _ = world
    run_id = airflow_.trigger("late")
    wait_for(lambda: bool(cards_of(teams, "late")), 240, "the deadline's card")
    (card,) = cards_of(teams, "late")
    assert texts(card)[0] == "⏰ [LATE] Run missed its deadline: late"
    assert fact(card, "Run").startswith(run_id)
    assert card["msteams"]["entities"][0]["mentioned"]["id"] == "oncall@example.com"


def test_where_callbacks_are_alive_no_card_comes_twice(world):
    started, teams, _ = world
    run_id = run(started, "orders")
    wait_for(lambda: is_marked(started, "orders", run_id), 240, "the mark of the card")
    run(started, "watch")
    (card,) = cards_of_run(teams, run_id)
    assert "Sent by the watchdog" not in str(card)
    assert not is_marked(started, "orders", run_id)


def test_a_muted_run_has_no_card_of_anyone(world):
    started, teams, _ = world
    run_id = run(started, "legacy")
    wait_for(lambda: is_marked(started, "legacy", run_id), 240, "the mark of the muted run")
    run(started, "watch")
    assert cards_of_run(teams, run_id) == []


@pytest.fixture
def held(world):
    """Return a function that runs a DAG until its callback has begun, and holds that; and one that lets it go on."""
    started, _, _ = world
    hold, held = (started.home / "dags" / f"{name}.txt" for name in ("hold", "held"))

    def until_callback():
        hold.touch()
        run_id = run(started, "orders")
        wait_for(lambda: held.exists() and held.read_text() != "", 240, "the callback")
        return run_id, int(held.read_text())

    def go_on():
        hold.unlink(missing_ok=True)
        held.unlink(missing_ok=True)

    yield until_callback, go_on
    go_on()


def test_a_callback_that_comes_after_the_watchdog_sends_no_second_card(world, held):
    started, teams, _ = world
    until_callback, go_on = held
    run_id, _ = until_callback()
    run(started, "watch")
    go_on()
    wait_for(lambda: "has sent the card of this run already" in started.logs(), 240, "the callback")
    assert len(cards_of_run(teams, run_id)) == 1


def test_the_card_of_a_callback_that_died_with_its_processor_comes_once(world, held):
    started, teams, _ = world
    until_callback, _ = held
    run_id, callback = until_callback()
    kill_processor(started)
    os.kill(callback, signal.SIGKILL)
    run(started, "watch")
    run(started, "watch")
    (card,) = cards_of_run(teams, run_id)
    shown = texts(card)
    assert complaints(card) == []
    assert shown[0] == "🔴 [TEST] Run failed: orders"
    assert "RuntimeError: no orders" in shown
    assert any(text.startswith("Sent by the watchdog, ") for text in shown)
    assert fact(card, "Owner") == "watched"


def test_two_hundred_failed_runs_make_one_digest(world):
    started, teams, _ = world
    for dag_id in ("orders", "legacy"):
        there = len(started.query("SELECT 1 FROM dag_run WHERE dag_id = ?", dag_id))
        multiply(started.home / "airflow.db", dag_id, 200 - there)
    before = len(teams.cards)
    run(started, "digest")
    (card,) = teams.cards[before:]
    shown = texts(card)
    assert complaints(card) == []
    group = shown.index("exception (program)  \u00d7200")
    assert shown[group + 1 : group + 4] == ["  watched", "orders.load \u00d7200", "RuntimeError: no orders"]
    muted = ["Muted: 200 failed runs", "legacy \u00d7200", "  until 2999-12-31: is replaced in spring"]
    assert shown[-3:] == muted


def test_no_process_logged_the_signature(world):
    """Runs last: everything above was logged at DEBUG."""
    logs = world[0].logs()
    assert "airflowkit: Teams accepted the alert" in logs
    assert "/workflows/" not in logs
    assert SIGNATURE not in logs
