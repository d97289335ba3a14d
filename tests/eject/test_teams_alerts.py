"""The module that eject writes for alerts: it posts a card, and never fails."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest

from airflowkit.eject.alerts import module_text

pytestmark = pytest.mark.needs_airflow(3, 1, "the DAG is written for Airflow 3")


@pytest.fixture
def posted(monkeypatch):
    """Take one request, and return what was posted."""
    found = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            found.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        url = f"http://127.0.0.1:{server.server_port}/secret"
        monkeypatch.setenv("AIRFLOW_CONN_TEAMS", json.dumps({"conn_type": "http", "password": url}))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


def dag():
    from airflow.sdk import DAG

    return DAG("orders", schedule=None)


def card_of(**options):
    module = {"__name__": "teams_alerts"}
    exec(module_text(), module)
    return module["TeamsCard"](conn_id="teams", **options)


def test_a_failed_run_is_posted_with_its_people_and_runbook(posted):
    card = card_of(
        mentions=["a@example.com"], environment="PROD", runbook="https://wiki/{dag_id}", message="{{ run_id }}"
    )
    card({"dag": dag(), "run_id": "r1", "reason": "task_failure", "ti": None})
    content = posted[0]["attachments"][0]["content"]
    assert content["fallbackText"] == "[PROD] Run failed: orders"
    assert content["msteams"]["entities"][0]["mentioned"] == {"id": "a@example.com", "name": "a"}
    assert content["actions"] == [{"type": "Action.OpenUrl", "title": "Runbook", "url": "https://wiki/orders"}]
    assert '"text": "r1"' in json.dumps(content["body"])


def test_a_failed_task_is_posted_with_its_error_its_owner_and_its_log(posted):
    task = SimpleNamespace(task_id="load", log_url="https://airflow/log", task=SimpleNamespace(owner="data"))
    card = card_of(owners={"data": "d@example.com"})
    card({"dag": dag(), "run_id": "r1", "ti": task, "exception": ValueError("no rows")})
    content = posted[0]["attachments"][0]["content"]
    assert content["fallbackText"] == "Task failed: load"
    assert "no rows" in json.dumps(content["body"])
    assert content["msteams"]["entities"][0]["mentioned"]["id"] == "d@example.com"
    assert content["actions"][0]["url"] == "https://airflow/log"


def test_an_alert_that_cannot_be_posted_raises_nothing_and_keeps_the_url_to_itself(monkeypatch, caplog):
    monkeypatch.setenv(
        "AIRFLOW_CONN_TEAMS", json.dumps({"conn_type": "http", "password": "http://127.0.0.1:9/correct-horse"})
    )
    card_of().notify({"dag": dag(), "run_id": "r1", "reason": "task_failure"})
    assert "correct-horse" not in caplog.text
