"""DAGs that a watchdog looks after in a real Airflow, and what is done to them."""

from __future__ import annotations

from contextlib import closing
from sqlite3 import connect
from uuid import uuid4

from airflowkit.alerts.facts.marks import key_of_mark
from alerts.official import fact

WATCHED = """
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
    with DAG(dag_id, default_args=default_args("manual", owner="watched"),
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


def run(started, dag_id):
    """Run a DAG to its end, which is what it should be."""
    run_id = started.trigger(dag_id)
    state = started.finish(dag_id, run_id)
    assert state == ("failed" if dag_id in {"orders", "legacy"} else "success"), started.logs()[-5000:]
    return run_id


def cards_of_run(teams, run_id):
    return [card for card in teams.cards if (fact(card, "Run") or "").startswith(run_id)]


def is_marked(started, dag_id, run_id):
    return bool(started.query("SELECT 1 FROM variable WHERE key = ?", key_of_mark(dag_id, run_id)))


def kill_processor(started):
    """End the DAG processor by its process id, as a node that dies does."""
    (processor,) = (each for each in started._started if "dag-processor" in each.args)
    started._started.remove(processor)
    processor.kill()
    processor.wait()


def multiply(database, dag_id, count):
    """Add runs that failed as the last one of a DAG did, with their tasks and what these have pushed."""
    with closing(connect(database, timeout=60)) as db, db:
        (source, run_id) = db.execute("SELECT max(id), run_id FROM dag_run WHERE dag_id = ?", [dag_id]).fetchone()
        (newest,) = db.execute("SELECT max(id) FROM dag_run").fetchone()
        for number in range(1, count + 1):
            new = {"id": newest + number, "run_id": f"copy_{number}", "logical_date": None}
            copy(db, "dag_run", f"id = {source}", new)
            ours = {"run_id": new["run_id"]}
            instance = {**ours, "id": uuid4().hex}
            copy(db, "task_instance", f"dag_id = '{dag_id}' AND run_id = '{run_id}'", instance)
            xcom = {**ours, "dag_run_id": new["id"]}
            copy(db, "xcom", f"dag_id = '{dag_id}' AND run_id = '{run_id}'", xcom)


def copy(db, table, where, changed):
    columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    values = ", ".join("?" if column in changed else f'"{column}"' for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    given = [changed[column] for column in columns if column in changed]
    db.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE {where}", given)
