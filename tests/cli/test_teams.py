"""`airflowkit teams`: the page it writes, the sample it sends, and what it says."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from airflowkit.cli.app import app
from alerts.official import complaints
from alerts.receiver import SIGNATURE, Reply


@pytest.fixture
def invoke():
    return lambda *args: CliRunner().invoke(app, ["teams", *args])


def test_preview_writes_one_page_that_needs_no_network(invoke, tmp_path):
    page = tmp_path / "cards.html"
    result = invoke("preview", "--output", str(page), "--no-open")
    assert (result.exit_code, f"Wrote {page}" in result.stdout) == (0, True)
    text = page.read_text("utf-8")
    assert all(title in text for title in ("A failed run", "A retry", "A recovery", "A missed deadline"))
    assert 'src="http' not in text
    assert list(tmp_path.iterdir()) == [page]


CARD = {"type": "AdaptiveCard", "version": "1.4", "body": [{"type": "TextBlock", "text": "the card of this run"}]}


def test_preview_shows_the_cards_of_a_run(invoke, tmp_path):
    run, page = tmp_path / "run.json", tmp_path / "cards.html"
    run.write_text(json.dumps({"dag_id": "orders_daily", "alerts": [CARD]}))
    assert invoke("preview", str(run), "--output", str(page), "--no-open").exit_code == 0
    text = page.read_text("utf-8")
    assert "orders_daily, card 1" in text
    assert "the card of this run" in text
    assert "A failed run" not in text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"dag_id": "orders_daily", "alerts": []}', "has no card"),
        ('{"dag_id": "orders_daily"}', "is not a file of `airflowkit run --json`"),
        ("[]", "is not a file of `airflowkit run --json`"),
        ("what the terminal showed", "is not a file of `airflowkit run --json`"),
        (None, "cannot read"),
    ],
)
def test_preview_of_a_file_without_cards_is_wrong_use(invoke, tmp_path, content, says):
    run = tmp_path / "run.json"
    if content is not None:
        run.write_text(content)
    result = invoke("preview", str(run), "--output", str(tmp_path / "cards.html"), "--no-open")
    assert result.exit_code == 2
    assert says in " ".join(result.stderr.replace("│", " ").split())


def test_preview_into_a_folder_that_is_not_there_is_wrong_use(invoke, tmp_path):
    result = invoke("preview", "--output", str(tmp_path / "nowhere" / "cards.html"), "--no-open")
    assert result.exit_code == 2
    assert "cannot write" in result.stderr


def test_test_sends_a_sample_and_says_that_queued_is_not_shown(invoke, teams):
    result = invoke("test")
    assert result.exit_code == 0
    assert "HTTP 202" in result.stdout
    assert "queued, not shown" in result.stdout
    assert complaints(teams.cards[0]) == []


def test_test_takes_another_connection(invoke, receivers, monkeypatch):
    receiver = receivers()
    monkeypatch.setenv("AIRFLOW_CONN_OTHER", json.dumps({"conn_type": "http", "password": receiver.url}))
    assert invoke("test", "other").exit_code == 0
    assert len(receiver.requests) == 1


def test_test_explains_a_refusal(invoke, receivers, connect):
    connect(receivers(Reply(401)).url)
    result = invoke("test")
    assert result.exit_code == 1
    assert "HTTP 401" in result.stderr
    assert "What to do: the signature is missing or damaged" in result.stderr
    assert SIGNATURE not in result.output


def test_test_without_a_connection_raises_what_to_do(invoke, airflow_db):
    result = invoke("test", "no_such_connection")
    assert "create a workflow in Teams" in str(result.exception)
