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
    from airflowkit._airflow_run import sync_dag

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


TELLS_EXCEPTIONS = pytest.mark.skipif(airflow_version() < (3, 3), reason="before 3.3 dag.test hands on no exception")


@TELLS_EXCEPTIONS
def test_one_card_says_what_failed_in_the_run_and_why(failing_dag, run, teams):
    run(failing_dag)
    (card,) = teams.cards
    shown = texts(card)
    assert shown[0].endswith("[TEST] Run failed: alert_me")
    assert "ValueError: no such table: orders; password=***" in shown
    assert "RuntimeError: part 1 broke" in shown
    assert "part  \u00d73" in shown
    assert shown[1] == "2 tasks failed · 4 tries used · 1 task did not run because of it"
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


def test_a_task_asks_its_supervisor_for_the_states_the_diagnoses_and_the_previous_run(run):
    """As a DAG's callback does in production, where no process of a DAG may read the database."""
    from airflow.sdk import DAG, task

    from airflowkit.alerts.facts import run_state
    from airflowkit.pods.diagnostics.diagnosis import XCOM_KEY

    answers = []
    with DAG("asking", schedule=None, start_date=datetime(2026, 1, 1)) as dag:

        @task
        def load(logical_date, ti):
            ti.xcom_push(XCOM_KEY, {"reason": "no rows"})
            if logical_date.day == 1:
                raise ValueError("broken")

        @task
        def part(number, ti):
            ti.xcom_push(XCOM_KEY, {"reason": f"part {number}"})
            if number:
                raise ValueError("broken")

        @task(trigger_rule="all_done")
        def ask(logical_date, run_id):
            assert run_state.supervisor()
            task_ids = ["load", "part", "ask", "part_1"]  # part_1 is no task: the keys of mapped ones look like it
            answers.append(
                (
                    run_state.task_states("asking", run_id, task_ids),
                    run_state.stored_diagnoses("asking", run_id, "part"),
                    run_state.stored_diagnosis("asking", run_id, "load", -1),
                    run_state.stored_diagnosis("asking", run_id, "ask", -1),
                    run_state.previous_run_failed("asking", logical_date),
                )
            )
            if logical_date.day == 1:
                raise ValueError("broken")

        [load(), part.expand(number=[0, 1])] >> ask()
    for day in (1, 2):
        run(dag, logical_date=datetime(2026, 1, day, tzinfo=UTC))
    (first, parts, diagnosis, missing, before), (second, *_, again) = answers
    assert parts == [{"reason": "part 0"}, {"reason": "part 1"}]
    states = {(state.task_id, state.map_index): state.state for state in first}
    assert (states["load", -1], states["part", 0], states["part", 1]) == ("failed", "success", "failed")
    assert {(state.task_id, state.map_index): state.state for state in second}["load", -1] == "success"
    assert (diagnosis, missing, before, again) == ({"reason": "no rows"}, None, False, True)
