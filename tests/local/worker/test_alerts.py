"""The alerts of a run on a computer that has no connection to Teams, or has one."""

from __future__ import annotations

import io
import threading
from types import SimpleNamespace

import pytest
from rich.console import Console

from airflowkit._airflow import connection_variable
from airflowkit.alerts.teams.inbox import serve_teams
from airflowkit.alerts.teams.notifier import TeamsNotifier
from airflowkit.alerts.teams.plain_text import lines_of
from airflowkit.dags import LoadedDag
from airflowkit.local.fake.outcomes import Failed
from airflowkit.local.fake.script import Script
from airflowkit.local.process.events import AlertKept, Output
from airflowkit.local.report import RunReport
from airflowkit.local.run import run_dag
from airflowkit.local.worker.alerts import capture_alerts

pytestmark = pytest.mark.slow


@pytest.fixture
def fail(warm_airflow, repository):
    """Run the DAG whose pods fail; return the result and the events."""

    def run():
        events = []
        folder, script = repository / "dags", Script(Failed(3, logs=["no rows"]), {})
        result = run_dag(
            "alerting", dags_folder=folder, script=script, worker=warm_airflow.worker, on_event=events.append
        )
        return result, events

    return run


def test_cards_that_cannot_be_sent_are_kept_with_the_name_of_their_connection(fail):
    result, events = fail()
    kept = [event for event in events if isinstance(event, AlertKept)]
    assert [event.conn_id for event in kept] == ["msteams_webhook_url", "on_call", "team", "team"]
    assert list(result.alerts) == [event.card for event in kept]
    assert "Run failed: alerting" in lines_of(result.alerts[0])[0]
    assert "exit code 3: no rows" in lines_of(result.alerts[0])
    assert not any("LOST" in event.text or "localhost" in event.text for event in events if isinstance(event, Output))


def test_a_card_is_sent_where_the_environment_has_the_connection(fail, monkeypatch):
    with serve_teams("on_call", "team", setenv=monkeypatch.setenv) as inbox:
        result, events = fail()
    assert [event.conn_id for event in events if isinstance(event, AlertKept)] == ["msteams_webhook_url"]
    assert len(inbox.cards) == 3
    assert len(result.alerts) == 1


def test_no_server_runs_where_the_environment_has_every_connection(monkeypatch, repository):
    dag = SimpleNamespace(tasks=[], on_failure_callback=TeamsNotifier(conn_id="team"))
    for conn_id in ("msteams_webhook_url", "team"):
        monkeypatch.setenv(connection_variable(conn_id), "http://127.0.0.1")
    threads = threading.active_count()
    with capture_alerts(LoadedDag(dag, repository / "dags" / "alerting.py")) as inboxes:
        assert inboxes == {}
        assert threading.active_count() == threads


def test_the_terminal_shows_a_kept_card_and_what_would_send_it(fail):
    shown = io.StringIO()
    report = RunReport(Console(file=shown, width=100))
    for event in fail()[1]:
        if isinstance(event, AlertKept):
            report.event(event)
    assert "[[PROD]] Run failed: alerting" in shown.getvalue()
    assert "not sent: AIRFLOW_CONN_ON_CALL is not set" in shown.getvalue()
