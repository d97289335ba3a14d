"""The module that eject writes for alerts: it posts the card's facts, never a secret, and never fails."""

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest

from airflowkit.alerts.facts import links
from airflowkit.alerts.facts.context import gather
from airflowkit.alerts.facts.facts import Event
from airflowkit.alerts.teams.card import build_card
from airflowkit.alerts.teams.notifier import TeamsNotifier
from airflowkit.eject.alerts import module_text
from airflowkit.secret_shapes import SHAPES

pytestmark = pytest.mark.needs_airflow(3, 1, "the DAG is written for Airflow 3")

OPTIONS = {
    "mentions": {"Data <on> call": "a@example.com", "": "b@example.com"},
    "environment": "PROD",
    "runbook": "https://wiki/{dag_id}/{task_id}?x={y}",
}


@pytest.fixture
def posted(monkeypatch):
    """Take requests, and return what was posted."""
    found = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            found.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        url = f"http://127.0.0.1:{server.server_port}/correct-horse"
        monkeypatch.setenv("AIRFLOW_CONN_TEAMS", json.dumps({"conn_type": "http", "password": url}))
        monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example.com")
        links._base_url.cache_clear()
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield found
        links._base_url.cache_clear()
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def card_class():
    module = {"__name__": "teams_alerts"}
    exec(module_text(), module)
    return module["TeamsCard"]


def dag():
    from airflow.sdk import DAG

    return DAG("orders", schedule=None)


def of_run(**more):
    run = SimpleNamespace(dag_id="orders", run_id="r1", logical_date=datetime(2026, 1, 2, tzinfo=UTC))
    return {"dag": dag(), "run_id": "r1", "dag_run": run, "reason": "task_failure", "ti": None, **more}


def of_task(error="", **more):
    its = {"task_id": "load", "dag_id": "orders", "run_id": "r1", "map_index": 3, "try_number": 2, "max_tries": 2}
    its |= {"state": "up_for_retry", "log_url": "https://airflow/log", "task": SimpleNamespace(owner="data,airflow")}
    return {"dag": dag(), "run_id": "r1", "ti": SimpleNamespace(**its | more), "exception": ValueError(error)}


def content(posted):
    return posted[-1]["attachments"][0]["content"]


@pytest.mark.parametrize("context", [of_run(), of_task("no rows"), of_task("x", map_index=-1, state="failed")])
def test_the_card_says_what_that_of_airflowkit_says_first(posted, card_class, context, monkeypatch):
    card_class(conn_id="teams", owners={"data": "d@example.com"}, **OPTIONS)(dict(context))
    notifier = TeamsNotifier(event="failure", conn_id="teams", **OPTIONS)
    notifier.settings.owners["data"] = "d@example.com"
    monkeypatch.setattr("airflowkit.alerts.facts.context.failed_tasks", lambda *_: ((), 0))
    theirs = build_card(gather(context, Event.FAILURE, notifier.settings, patience=0))
    ours = content(posted)
    assert (ours["fallbackText"], ours["msteams"]) == (theirs["fallbackText"], theirs["msteams"])
    actions = [{(it["title"], it.get("url")) for it in card["actions"]} for card in (ours, theirs)]
    assert actions[0] == {link for link in actions[1] if link[1]}
    assert ours["body"][0]["items"][0]["inlines"][0]["text"] == theirs["body"][0]["items"][0]["inlines"][0]["text"]


def test_a_failed_task_is_posted_with_its_error_and_without_the_pod_that_the_provider_appends(posted, card_class):
    error = "Pod load returned a failure.\nremote_pod: {'env': [{'name': 'A', 'value': 'B'}]}"
    card_class(conn_id="teams")(of_task(error))
    body = json.dumps(content(posted)["body"])
    assert "ValueError: Pod load returned a failure." in body
    assert "remote_pod" not in body
    assert '"Owner: data"' in body


def test_what_looks_like_a_secret_is_not_posted(posted, card_class, monkeypatch):
    monkeypatch.setenv("ORDERS_PASSWORD", "battery-staple")
    message = "\n".join(shape.example for shape in SHAPES)
    for text in (*(shape.example for shape in SHAPES), "battery-staple", "x" * 15_000 + "battery-staple"):
        card_class(conn_id="teams", message=text, title=text)(of_task(text))
    card_class(conn_id="teams", message=message)(of_run(reason=message))
    assert len(posted) == len(SHAPES) + 3
    for shape, card in zip(SHAPES, posted, strict=False):
        assert shape.secret not in json.dumps(card, ensure_ascii=False), shape.name
    assert "battery" not in json.dumps(posted)


def test_no_alert_is_lost_for_its_template_its_size_or_what_the_context_lacks(posted, card_class):
    card = card_class(conn_id="teams", title="{{ dag.dag_id }} {{ exception }}", message="{{ ti.x.y }} {{ 1 / 0 }}")
    serialized = SimpleNamespace(dag_id="orders", owner="data")  # has no `get_template_env`: apache/airflow#64649
    for context in ({"dag": serialized, "reason": "timed_out"}, {"ti": None}, {}, of_task("ü" * 100_000)):
        card(context)
    card_class(conn_id="teams", message="ü\n" * 60_000, mentions=[f"{n}@example.com" for n in range(3000)])(of_task())
    assert len(posted) == 5
    assert all(len(json.dumps(it)) <= 20_000 for it in posted)
    assert "orders" in posted[0]["attachments"][0]["content"]["fallbackText"]


def test_a_template_is_rendered_for_each_run_anew(posted, card_class):
    card = card_class(conn_id="teams", message="{{ run_id }}")
    card(of_run(run_id="first"))
    card(of_run(run_id="second"))
    assert '"second"' in json.dumps(content(posted)["body"])


def test_an_alert_that_cannot_be_posted_raises_nothing_and_keeps_the_url_to_itself(monkeypatch, caplog, card_class):
    for password in ("http://127.0.0.1:9/correct-horse", "correct-horse", None):
        monkeypatch.setenv("AIRFLOW_CONN_TEAMS", json.dumps({"conn_type": "http", "password": password}))
        card_class(conn_id="teams").notify({"dag": dag(), "run_id": "r1", "reason": "task_failure"})
    card_class(conn_id="none").notify({"dag": dag(), "run_id": "r1", "reason": "task_failure"})
    assert "correct-horse" not in caplog.text
