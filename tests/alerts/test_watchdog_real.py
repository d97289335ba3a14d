"""The watchdog and the digest in a real Airflow, whose DAG processor is killed between a run's end and its callback."""

from __future__ import annotations

import json
import os
import signal
from contextlib import ExitStack, closing
from sqlite3 import connect
from time import time

import pytest

from airflow_parts import airflow, wait_for
from alerts.official import complaints, fact, texts
from alerts.receiver import running

pytestmark = pytest.mark.slow

DAGS = """
import os
import time
from datetime import datetime, timedelta
from pathlib import Path

from airflow.sdk import DAG, Variable, task
from airflowkit import default_args, teams_digest, teams_failure, teams_watchdog

Variable.get("none", None)  # a DAG processor builds at its first question what answers it, which may take its time
HOLD = Path(__file__).with_name("hold.txt")
HELD = Path(__file__).with_name("held.txt")


def hold(context):
    while HOLD.exists():
        HELD.write_text(str(os.getpid()))
        time.sleep(0.2)


def failing(dag_id):
    arguments = {"schedule": None, "start_date": datetime(2026, 1, 1)}
    with DAG(dag_id, default_args=default_args("manual", owner="data-eng"),
             on_failure_callback=[hold, teams_failure(environment="TEST", budget=15)], **arguments):

        @task
        def load():
            raise RuntimeError("no orders")

        load()


failing("orders")
failing("legacy")

with DAG("watch", schedule=None, max_active_runs=1):
    teams_watchdog(grace=timedelta(0), environment="TEST")

with DAG("digest", schedule=None):
    teams_digest(environment="TEST")
"""
SETTINGS = """
[[teams.mute]]
dag = "leg*"
reason = "is replaced in spring"
until = 2999-12-31
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A running Airflow in which the watchdog has looked once, and the receiver of its alerts."""
    home = tmp_path_factory.mktemp("watched")
    (home / "dags").mkdir()
    (home / "dags" / "watched.py").write_text(DAGS)
    (home / "dags" / "airflowkit.toml").write_text(SETTINGS)
    with ExitStack() as stack:
        teams = stack.enter_context(running())
        webhook = {"conn_type": "http", "password": teams.url}
        environment = {
            "AIRFLOW_CONN_MSTEAMS_WEBHOOK_URL": json.dumps(webhook),
            "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "300",
        }
        started = stack.enter_context(airflow(home, environment, ("api-server", "scheduler", "dag-processor")))
        account = {"connection_id": "airflow_api", "conn_type": "http", "host": started.base}
        started._call("POST", "/api/v2/connections", account)
        wait_for(lambda: started.knows("digest"), 240, "the DAGs")
        run(started, "watch")
        yield started, teams


def run(started, dag_id):
    run_id = started.trigger(dag_id)
    state = started.finish(dag_id, run_id)
    assert state == ("failed" if dag_id in {"orders", "legacy"} else "success"), started.logs()[-5000:]
    return run_id


def cards_of(teams, run_id):
    return [card for card in teams.cards if (fact(card, "Run") or "").startswith(run_id)]


def marks(started):
    return started.query("SELECT key FROM variable WHERE key LIKE 'airflowkit_alert_mark_%'")


def kill_processor(started):
    """End the DAG processor by its process id, as a node that dies does."""
    (processor,) = (each for each in started._started if "dag-processor" in each.args)
    started._started.remove(processor)
    processor.kill()
    processor.wait()
    return processor


def test_where_callbacks_are_alive_no_card_comes_twice(world):
    started, teams = world
    run_id = run(started, "orders")
    wait_for(lambda: bool(marks(started)), 240, "the mark of the card")
    run(started, "watch")
    (card,) = cards_of(teams, run_id)
    assert "Sent by the watchdog" not in str(card)
    assert marks(started) == []


def test_a_muted_run_has_no_card_of_anyone(world):
    started, teams = world
    run_id = run(started, "legacy")
    wait_for(lambda: bool(marks(started)), 240, "the mark of the muted run")
    run(started, "watch")
    assert cards_of(teams, run_id) == []


@pytest.fixture
def held(world):
    """Return a function that runs a DAG until its callback has begun, and holds that; and one that lets it go on."""
    started, _ = world
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
    started, teams = world
    until_callback, go_on = held
    run_id, _ = until_callback()
    run(started, "watch")
    go_on()
    wait_for(lambda: "has sent the card of this run already" in started.logs(), 240, "the callback")
    assert len(cards_of(teams, run_id)) == 1


def test_the_card_of_a_callback_that_died_with_its_processor_comes_once(world, held):
    started, teams = world
    until_callback, _ = held
    run_id, callback = until_callback()
    kill_processor(started)
    os.kill(callback, signal.SIGKILL)
    run(started, "watch")
    run(started, "watch")
    (card,) = cards_of(teams, run_id)
    shown = texts(card)
    assert complaints(card) == []
    assert shown[0] == "🔴 [TEST] Run failed: orders"
    assert "RuntimeError: no orders" in shown
    assert any(text.startswith("Sent by the watchdog, ") for text in shown)
    assert fact(card, "Owner") == "data-eng"


def test_two_hundred_failed_runs_make_one_digest(world):
    started, teams = world
    multiply(started.home / "airflow.db", "orders", 197)
    multiply(started.home / "airflow.db", "legacy", 2)
    before, began = len(teams.cards), time()
    run(started, "digest")
    (card,) = teams.cards[before:]
    shown = texts(card)
    assert complaints(card) == []
    assert shown[0] == "🔴 [TEST] Digest: 200 failed runs of 1 DAG"
    assert "exception (program)  \u00d7200" in shown
    assert "orders.load \u00d7200" in shown
    assert "RuntimeError: no orders" in shown
    assert shown[-3:] == ["Muted: 3 failed runs", "legacy \u00d73", "  until 2999-12-31: is replaced in spring"]
    print(f"the digest took {time() - began:.1f} s")


def multiply(database, dag_id, count):
    """Add runs that failed as the last one of a DAG did, with their tasks and what these have pushed."""
    with closing(connect(database, timeout=60)) as db, db:
        (source, run_id) = db.execute("SELECT max(id), run_id FROM dag_run WHERE dag_id = ?", [dag_id]).fetchone()
        (newest,) = db.execute("SELECT max(id) FROM dag_run").fetchone()
        for number in range(1, count + 1):
            new = {"id": newest + number, "run_id": f"copy_{number}", "logical_date": None}
            copy(db, "dag_run", f"id = {source}", new)
            ours = {"run_id": new["run_id"]}
            instance = {**ours, "id": f"{dag_id[:1]:0>1}{number:031d}".replace("o", "a").replace("l", "b")}
            copy(db, "task_instance", f"dag_id = '{dag_id}' AND run_id = '{run_id}'", instance)
            xcom = {**ours, "dag_run_id": new["id"]}
            copy(db, "xcom", f"dag_id = '{dag_id}' AND run_id = '{run_id}'", xcom)


def copy(db, table, where, changed):
    columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    values = ", ".join("?" if column in changed else f'"{column}"' for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    given = [changed[column] for column in columns if column in changed]
    db.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE {where}", given)
