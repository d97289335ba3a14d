"""What the watchdog remembers, sends and leaves, in a task whose Variables are real, beside an API that lists runs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from airflowkit import teams_failure
from airflowkit._airflow import airflow_version
from airflowkit.alerts.facts.airflow_api import AirflowApi
from airflowkit.alerts.facts.marks import WATCH, leave_mark, read_mark, read_value, write_value
from airflowkit.alerts.teams.watchdog import Look
from airflowkit.errors import AirflowApiError, DeliveryError
from alerts.official import texts
from alerts.receiver import Reply

pytestmark = pytest.mark.skipif(airflow_version() < (3, 1), reason="Airflow 2 has no supervisor")

HOUR = timedelta(hours=1)


@pytest.fixture
def in_task(airflow_db):
    """Return a function that calls another one in a task, and returns what it returns."""
    from airflow.sdk import DAG, task

    from airflowkit._airflow_run import sync_dag

    ended = []

    def run(function):
        with DAG("calling", schedule=None, start_date=datetime(2026, 1, 1)) as dag:
            task(lambda: ended.append(function()), task_id="call")()
        sync_dag(dag, Path(__file__), airflow_db / "dags")
        dag.test()
        return ended.pop()

    return run


@pytest.fixture
def failed(receivers, monkeypatch):
    """The runs that Airflow's API lists: add to them."""
    rows = []

    def answer(handler, _):
        query = parse_qs(urlsplit(handler.path).query)
        if "state" not in query:
            handler.send_error(404)
            return
        begin, end = (datetime.fromisoformat(query[name][0]) for name in ("end_date_gte", "end_date_lte"))
        found = [row for row in rows if begin <= datetime.fromisoformat(row["end_date"]) <= end]
        found.sort(key=lambda row: row["end_date"])
        body = json.dumps({"dag_runs": found[int(query["offset"][0]) :]}).encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    server = receivers(Reply(act=answer))
    account = {"conn_type": "http", "host": server.base, "password": "a-token-of-an-account"}
    monkeypatch.setenv("AIRFLOW_CONN_AIRFLOW_API", json.dumps(account))
    return lambda name, ago, **more: rows.append(
        {"dag_id": "orders", "dag_run_id": name, "end_date": (datetime.now(UTC) - ago).isoformat(), **more}
    )


@pytest.fixture
def mute(monkeypatch, tmp_path):
    """Return a function that mutes the DAG `orders`, or a task of it."""

    def write(task="*"):
        file = tmp_path / "airflowkit.toml"
        file.write_text(f'[[teams.mute]]\ndag = "orders"\ntask = "{task}"\nreason = "old"\nuntil = 2999-12-31\n')
        monkeypatch.setenv("AIRFLOWKIT_CONFIG", str(file))

    return write


def look(own=""):
    return Look(AirflowApi("airflow_api"), teams_failure(budget=5), timedelta(minutes=5), own).send_missing()


def watched_since(ago):
    write_value(WATCH, {"until": (datetime.now(UTC) - ago).isoformat()}, "")


def forget():
    write_value(WATCH, {}, "")


def runs_of(teams):
    return [next(text for text in texts(card) if text.startswith("run_")) for card in teams.cards]


def test_the_first_look_sends_nothing_and_the_next_ones_each_card_once(in_task, teams, failed):
    failed("run_old", HOUR)

    def looks():
        forget()
        first = look()
        watched_since(HOUR / 2)
        failed("run_1", HOUR / 3)
        failed("run_of_now", timedelta(0))  # its own callback may still come
        return [first, look(), look(), read_mark("orders", "run_1").late]

    assert in_task(looks) == [0, 1, 0, True]
    assert runs_of(teams) == ["run_1"]


def test_a_run_with_a_mark_has_its_card_unless_it_was_cleared_since(in_task, teams, failed):
    failed("run_told", HOUR / 3)
    failed("run_cleared", HOUR / 3, start_date=(datetime.now(UTC) + HOUR).isoformat())

    def looks():
        watched_since(HOUR)
        for name in ("run_told", "run_cleared"):
            leave_mark("orders", name)
        return look(), read_mark("orders", "run_told")

    assert in_task(looks) == (1, None)  # nobody asks for that mark again
    assert runs_of(teams) == ["run_cleared"]


def test_what_teams_refuses_is_sent_by_the_next_look(in_task, failed, receivers, connect):
    server = receivers(*[Reply(404)] * 3, Reply())
    connect(server.url)
    for number in range(5):
        failed(f"run_r{number}", HOUR - timedelta(minutes=number))

    def looks():
        watched_since(2 * HOUR)
        with pytest.raises(DeliveryError, match="3 failed runs without a card, the first of orders, run run_r0"):
            look()
        return look()

    assert in_task(looks) == 5
    assert runs_of(server)[3:] == [f"run_r{number}" for number in range(5)]


def test_cards_that_teams_refuses_do_not_keep_the_others_from_being_sent(in_task, failed, receivers, connect):
    server = receivers(Reply(404), Reply(404), Reply(), Reply(404), Reply())
    connect(server.url)
    for number in range(6):
        failed(f"run_p{number}", HOUR - timedelta(minutes=number))

    def looks():
        watched_since(2 * HOUR)
        with pytest.raises(DeliveryError, match="3 failed runs without a card, the first of orders, run run_p0"):
            look()

    in_task(looks)
    assert runs_of(server) == [f"run_p{number}" for number in (0, 1, 5, 2, 3, 4)]


def test_one_look_sends_twenty_cards_and_leaves_its_own_dag_alone(in_task, teams, failed):
    for number in range(25):
        failed(f"run_{number:02}", HOUR - timedelta(minutes=number))
    failed("run_own", HOUR, dag_id="watch")

    def looks():
        watched_since(2 * HOUR)
        return [look("watch"), look("watch"), look("watch")]

    assert in_task(looks) == [20, 5, 0]
    assert len(set(runs_of(teams))) == 25


def test_a_muted_run_is_not_counted_as_sent(in_task, teams, failed, mute):
    mute()
    failed("run_muted", HOUR / 3)

    def looks():
        watched_since(HOUR)
        return look(), read_mark("orders", "run_muted").late

    assert in_task(looks) == (0, True)
    assert teams.cards == []


def test_a_muted_task_says_nothing_of_its_run_in_which_others_have_failed(in_task, teams, failed, mute):
    mute(task="export")
    failed("run_both", HOUR / 3)

    def looks():
        watched_since(HOUR)
        instance = {"dag_id": "orders", "run_id": "run_both", "task_id": "export", "state": "failed"}
        teams_failure(budget=5).notify({"ti": instance, "run_id": "run_both", "exception": ValueError()})
        return read_mark("orders", "run_both"), look()

    assert in_task(looks) == (None, 1)
    assert runs_of(teams) == ["run_both"]


def test_two_looks_at_a_time_send_no_card_twice(in_task, teams, failed, monkeypatch):
    failed("run_told", HOUR / 3)
    failed("run_lost", HOUR / 3)
    api = AirflowApi("airflow_api")
    listed = AirflowApi.failed_runs

    def meanwhile(self, since, until):
        yield from listed(self, since, until)
        if self is api:
            assert look() == 1

    monkeypatch.setattr(AirflowApi, "failed_runs", meanwhile)

    def looks():
        watched_since(HOUR)
        leave_mark("orders", "run_told")
        return Look(api, teams_failure(budget=5), timedelta(minutes=5)).send_missing()

    assert in_task(looks) == 0
    assert runs_of(teams) == ["run_lost"]


def test_a_watch_that_is_set_to_the_future_starts_again(in_task, teams, failed):
    def looks():
        watched_since(-HOUR)
        return look(), datetime.fromisoformat(read_value(WATCH)["until"]) < datetime.now(UTC) + HOUR / 2

    assert in_task(looks) == (0, True)


def test_a_watchdog_that_may_not_ask_does_not_start(in_task, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_AIRFLOW_API", json.dumps({"conn_type": "http", "password": "no host"}))

    def looks():
        forget()
        with pytest.raises(AirflowApiError, match="has no host"):
            look()
        return read_value(WATCH)

    assert in_task(looks) == {}
