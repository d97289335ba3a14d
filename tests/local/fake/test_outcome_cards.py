"""Each failure, followed to its card in Teams."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import airflowkit
from airflowkit.alerts.teams.inbox import serve_teams
from airflowkit.alerts.teams.plain_text import lines_of
from airflowkit.local.fake.outcomes import OUTCOMES, PodOutcomes, Succeeded
from airflowkit.local.fake.script import Script
from airflowkit.local.run import run_dag
from local.fake.deaths import CODES, MORTAL

pytestmark = pytest.mark.slow


DEADLY = [task for task, outcome in MORTAL.items() if task not in ("succeeded", "slow", "raw_failed")]
SCHEMA = json.loads(Path(airflowkit.__file__).with_name("cause.schema.json").read_text())


def test_every_outcome_is_scripted():
    """The fake cluster runs each of them below, and the real one beside it in test_outcomes_on_cluster.py."""
    assert {type(outcome) for outcome in MORTAL.values()} == set(OUTCOMES.values())


@pytest.fixture
def inbox(monkeypatch, tmp_path):
    monkeypatch.setenv("MORTAL_NOTES", str(tmp_path / "notes"))
    with serve_teams("msteams_webhook_url", setenv=monkeypatch.setenv) as inbox:
        yield inbox


@pytest.mark.parametrize("task", DEADLY)
def test_the_card_says_why_the_pod_died_and_what_to_do(task, warm_airflow, inbox, repository):
    outcomes = PodOutcomes()
    outcomes[f"mortal.{task}"] = MORTAL[task]
    script = Script(Succeeded(), outcomes)
    result = run_dag(f"mortal.{task}", dags_folder=repository / "dags", script=script, worker=warm_airflow.worker)
    ended = result.task(task)
    (card,) = inbox.cards
    shown = " ".join(lines_of(card))
    assert ended.state == "failed"
    assert ended.reason in shown, json.dumps(card)
    assert ended.hint in shown
    assert ended.cause == CODES[task]
    assert f"cause: {CODES[task]} ({ended.cause.category})" in shown
    (written,) = json.loads(json.dumps(result.to_json()))["tasks"]
    assert written["cause"]["code"] == CODES[task]
    Draft202012Validator(SCHEMA).validate(written["cause"])


def test_no_card_is_sent_for_a_pod_that_succeeded(warm_airflow, inbox, repository):
    script = Script(MORTAL["slow"], {})
    assert run_dag("mortal.slow", dags_folder=repository / "dags", script=script, worker=warm_airflow.worker).ok
    assert inbox.cards == []
