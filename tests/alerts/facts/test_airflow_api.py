"""The list of failed runs, from servers that answer as Airflow's API does, and as it should not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from airflowkit.alerts.facts.airflow_api import AirflowApi
from airflowkit.errors import AirflowApiError
from alerts.receiver import Reply

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
TOKEN = Reply(201, body=b'{"access_token": "a-token-of-an-account"}')


@pytest.fixture
def api(monkeypatch, receivers):
    """Return an API whose server gives some answers, and the server."""

    def serve(*answers, **fields):
        server = receivers(*answers)
        host, _, port = server.base.rpartition(":")
        fields = {"conn_type": "http", "host": host, "port": int(port), **fields}
        monkeypatch.setenv("AIRFLOW_CONN_AIRFLOW_API", json.dumps(fields))
        return AirflowApi("airflow_api"), server

    return serve


def page(*seconds):
    runs = [
        {"dag_id": "orders", "dag_run_id": f"run_{number}", "end_date": (AT + timedelta(seconds=second)).isoformat()}
        for number, second in seconds
    ]
    return Reply(200, body=json.dumps({"dag_runs": runs, "total_entries": len(runs)}).encode())


def test_an_account_logs_in_once_and_reads_page_after_page(api):
    pages = [page((1, 1), (2, 2), (3, 2)), page((2, 2), (3, 2)), page((4, 2)), page()]
    found, server = api(TOKEN, *pages, login="watchdog", password="secret of the account")
    runs = list(found.failed_runs(AT, AT + timedelta(hours=1)))
    assert [run.run_id for run in runs] == ["run_1", "run_2", "run_3", "run_4"]
    login, *asked = server.requests
    assert (login.method, login.path) == ("POST", "/auth/token")
    assert json.loads(login.body) == {"username": "watchdog", "password": "secret of the account"}
    assert {request.headers["Authorization"] for request in asked} == {"Bearer a-token-of-an-account"}
    queries = [parse_qs(urlsplit(request.path).query) for request in asked]
    # What ended in the same moment is on both sides of a page's end.
    assert [(query["end_date_gte"][0][17:19], query["offset"]) for query in queries] == [
        ("00", ["0"]),
        ("02", ["0"]),
        ("02", ["2"]),
        ("02", ["3"]),
    ]


def test_a_token_may_be_the_password(api):
    found, server = api(page(), password="a token from elsewhere")
    assert list(found.failed_runs(AT, AT)) == []
    assert server.requests[0].headers["Authorization"] == "Bearer a token from elsewhere"


def test_a_dag_that_is_gone_has_no_owners(api):
    found, _ = api(TOKEN, Reply(404))
    assert found.owners("gone") == {}


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([Reply(401)], "HTTP 401; correct the login"),
        ([TOKEN, Reply(403)], "HTTP 403; give the account the role Viewer"),
        ([TOKEN, Reply(404)], "HTTP 404; its host must be Airflow's own address"),
        ([TOKEN, Reply(200, body=b"<!doctype html>")], "does not answer as Airflow's API does; its host must be"),
        ([TOKEN, Reply(200, body=b'{"detail": "moved"}')], "does not answer as Airflow's API does"),
        ([Reply(200, body=b"<!doctype html>")], "does not answer as Airflow's API does"),
    ],
)
def test_a_refusal_says_what_to_do(api, answers, words):
    found, _ = api(*answers, login="watchdog", password="secret of the account")
    with pytest.raises(AirflowApiError, match=words):
        list(found.failed_runs(AT, AT))


def test_a_missing_connection_says_what_it_must_contain():
    with pytest.raises(AirflowApiError, match=r"cannot read the connection 'nowhere'.*role Viewer"):
        list(AirflowApi("nowhere").failed_runs(AT, AT))


def test_a_server_that_is_away_says_so_without_the_password(api):
    found, server = api(login="watchdog", password="secret of the account")
    server.server.shutdown()
    server.server.server_close()
    with pytest.raises(AirflowApiError, match="does not answer: ConnectionError") as error:
        list(found.failed_runs(AT, AT))
    assert "secret" not in str(error.value)


def test_a_password_in_the_address_is_not_shown(monkeypatch):
    account = {
        "conn_type": "http",
        "host": "http://watchdog:battery-staple@127.0.0.1:1",
        "password": "an-account-token",
    }
    monkeypatch.setenv("AIRFLOW_CONN_AIRFLOW_API", json.dumps(account))
    with pytest.raises(AirflowApiError, match=r"at 127\.0\.0\.1:1 ") as error:
        list(AirflowApi("airflow_api").failed_runs(AT, AT))
    assert "battery-staple" not in str(error.value)
