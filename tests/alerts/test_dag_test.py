"""Alerts under `dag.test`, which `airflowkit run` uses: a DAG-level callback there has no supervisor."""

import json
from datetime import UTC, datetime

import pytest


def _texts(card):
    return [run["text"] for run in _runs(card)]


def _runs(node):
    if isinstance(node, dict):
        if node.get("type") == "TextRun":
            yield node
        for value in node.values():
            yield from _runs(value)
    elif isinstance(node, list):
        for value in node:
            yield from _runs(value)


@pytest.fixture
def run(airflow_db):
    """Run a DAG as `airflow dags test` does."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import sync_bag_to_db

    from airflowkit._airflow import empty_dag_bag

    def _run(dag):
        DagBundlesManager().sync_bundles_to_db()
        bag = empty_dag_bag(airflow_db / "dags")
        dag.fileloc, dag.relative_fileloc = __file__, "x.py"
        bag.bundle_name = "dags-folder"
        bag.bag_dag(dag)
        sync_bag_to_db(bag, "dags-folder", None)
        return dag.test()

    return _run


@pytest.fixture
def failing_dag(teams):
    from airflow.sdk import DAG, task

    from airflowkit import default_args, teams_failure

    with DAG(
        "alert_me",
        schedule=None,
        start_date=datetime(2026, 1, 1),
        default_args=default_args("manual", owner="data-eng"),
        on_failure_callback=teams_failure(environment="TEST"),
    ) as dag:

        @task
        def load():
            raise ValueError("no such table: orders; password=hunter2")

        @task
        def part(number):
            if number % 2:
                raise RuntimeError(f"part {number} broke")

        @task
        def report():
            pass

        [load(), part.expand(number=list(range(6)))] >> report()
    return dag


def test_one_card_tells_what_failed_in_the_run_and_why(failing_dag, run, teams):
    run(failing_dag)
    (card,) = teams.cards
    texts = _texts(card)
    assert texts[0].endswith("[TEST] Run failed: alert_me")
    assert "ValueError: no such table: orders; password=***" in texts
    assert "RuntimeError: part 1 broke" in texts
    assert "part  \u00d73" in texts
    assert "1 task did not run because of it" in texts[1]
    assert "hunter2" not in json.dumps(card)


def test_a_task_level_callback_sends_the_task_with_its_traceback(teams, run):
    from airflow.sdk import DAG, task

    from airflowkit import teams_failure

    with DAG("alert_task", schedule=None, start_date=datetime(2026, 1, 1)) as dag:

        @task(on_failure_callback=[teams_failure(message="Day {{ ds }}{{ nothing.at.all }}")])
        def load():
            raise ValueError("broken")

        load()
    run(dag)
    (card,) = teams.cards
    texts = _texts(card)
    assert texts[0].endswith("Task failed: load")
    assert texts[1] == "alert_task · try 1 of 1 · will not be tried again"
    assert "ValueError: broken" in texts
    assert any('raise ValueError("broken")' in text for text in texts)
    assert f"Day {datetime.now(UTC).year}" in " ".join(texts)
