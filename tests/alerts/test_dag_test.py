"""Alerts under `dag.test`, which `airflowkit run` uses: a DAG-level callback there has no supervisor."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from airflowkit._airflow import airflow_version
from alerts.official import fact, texts


@pytest.fixture
def run(airflow_db):
    """Run a DAG as `airflow dags test` does."""
    from airflowkit._airflow import sync_dag

    def _run(dag, **options):
        sync_dag(dag, Path(__file__), airflow_db / "dags")
        return dag.test(**options)

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


TELLS_EXCEPTIONS = pytest.mark.skipif(airflow_version() < (3, 2), reason="before 3.2 dag.test hands on no exception")


@TELLS_EXCEPTIONS
def test_one_card_says_what_failed_in_the_run_and_why(failing_dag, run, teams):
    run(failing_dag)
    (card,) = teams.cards
    shown = texts(card)
    assert shown[0].endswith("[TEST] Run failed: alert_me")
    assert "ValueError: no such table: orders; password=***" in shown
    assert "RuntimeError: part 1 broke" in shown
    assert "part  \u00d73" in shown
    assert "1 task did not run because of it" in shown[1]
    assert "hunter2" not in json.dumps(card)


@TELLS_EXCEPTIONS
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
    shown = texts(card)
    assert shown[0].endswith("Task failed: load")
    assert shown[1] == "alert_task · try 1 of 1 · will not be retried"
    assert "ValueError: broken" in shown
    assert any('raise ValueError("broken")' in text for text in shown)
    assert f"Day {datetime.now(UTC).year}" in " ".join(shown)


def test_a_recovery_is_reported_only_after_a_failed_run(teams, run):
    from airflow.sdk import DAG, task

    from airflowkit import teams_recovery

    with DAG(
        "alert_recovery", schedule=None, start_date=datetime(2026, 1, 1), on_success_callback=teams_recovery()
    ) as dag:

        @task
        def load(logical_date):
            if logical_date.day == 1:
                raise ValueError("broken")

        load()
    for day in (1, 2, 3):
        run(dag, logical_date=datetime(2026, 2, day, tzinfo=UTC))
    assert [texts(card)[0] for card in teams.cards] == ["🟢 Run recovered: alert_recovery"]
    assert fact(teams.cards[0], "Logical date") == "2026-02-02 00:00 UTC"
