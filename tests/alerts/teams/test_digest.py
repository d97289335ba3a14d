"""The digest of many failures: by cause and owner, and small enough for Teams."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from airflowkit import teams_digest, teams_watchdog
from airflowkit.alerts.facts.facts import Event, Facts, FailedTask
from airflowkit.alerts.teams.digest import digest_of
from airflowkit.alerts.teams.digest_card import digest_card
from airflowkit.alerts.teams.elements import fits
from airflowkit.causes import CauseCode
from airflowkit.ignores import Mute
from airflowkit.pods.diagnostics.diagnosis import Diagnosis
from alerts.contexts import AT
from alerts.official import complaints, texts

MUTE = Mute(dag="legacy", reason="is replaced in spring", until=(AT + timedelta(days=36500)).date())


def failure(dag_id, number, code=CauseCode.OUT_OF_MEMORY, owner="data-eng", task_id="load"):
    failed = (FailedTask(task_id, (), Diagnosis("all of its 512Mi", code=code)),)
    return Facts(event=Event.FAILURE, dag_id=dag_id, run_id=f"run_{number}", failed=failed, owners=(owner,))


def two_owners():
    """Two tasks of one run that die of the same, each its own owner's."""
    diagnosis = Diagnosis("all of its 512Mi", code=CauseCode.OUT_OF_MEMORY)
    return tuple(
        FailedTask(name, (), diagnosis, owner=owner) for name, owner in (("load", "data-eng"), ("sell", "finance"))
    )


def card_of(*failures):
    return digest_card(digest_of(failures, [MUTE], since=AT - timedelta(days=1), until=AT))


def test_runs_are_counted_by_cause_and_owner_and_the_muted_apart():
    card = card_of(
        failure("orders", 1, CauseCode.EVICTED),
        *(failure("orders", number) for number in (2, 3)),
        replace(failure("sales", 4), failed=two_owners(), owners=("data-eng", "finance")),
        failure("legacy", 6),
        Facts(event=Event.FAILURE, dag_id="stuck", run_id="run_7", reason="No task can run"),
    )
    assert complaints(card) == []
    assert texts(card) == [
        "🔴 Digest: 5 failed runs of 3 DAGs",
        "2026-11-19 02:00 UTC to 2026-11-20 02:00 UTC",
        *(
            "out-of-memory (program)  \u00d73",
            "  data-eng",
            "orders.load \u00d72, sales.load \u00d71",
            "all of its 512Mi",
        ),
        *("evicted (infrastructure)  \u00d71", "  data-eng", "orders.load \u00d71", "all of its 512Mi"),
        *("out-of-memory (program)  \u00d71", "  finance", "sales.sell \u00d71", "all of its 512Mi"),
        *("cause not known  \u00d71", "  no owner", "stuck \u00d71", "No task can run"),
        *("Muted: 1 failed run", "legacy \u00d71", f"  until {MUTE.until}: is replaced in spring"),
    ]


def test_a_digest_of_muted_runs_alone_says_that_nothing_else_failed():
    assert texts(card_of(failure("legacy", 1)))[0] == "🟢 Digest: no failed run"


def test_whatever_failed_the_card_fits():
    wide = [failure("é" * 250, n, code, "ö" * 250 + str(n), "🔥" * 250) for n in range(90) for code in CauseCode]
    digest = digest_of(wide, [MUTE], since=AT - timedelta(days=1), until=AT)
    card = digest_card(replace(digest, environment="PROD" * 9_000))
    assert fits(card)
    assert complaints(card) == []
    assert any(text.startswith("and ") and text.endswith(" runs") for text in texts(card))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: teams_digest(period=-timedelta(1)), "must be a timedelta from 1 m to 366 d"),
        (lambda: teams_digest(period=timedelta(0)), "must be a timedelta from 1 m to 366 d"),  # it would find nothing
        (lambda: teams_digest(period=timedelta.max), "must be a timedelta from 1 m to 366 d"),  # no such date
        (lambda: teams_watchdog(grace=5), "must be a timedelta from 0 s to 1 d"),
        (lambda: teams_watchdog(grace=timedelta(days=7)), "must be a timedelta from 0 s to 1 d"),  # it would send none
        (lambda: teams_digest(mentions=["oncall@example.com"]), "teams_digest has no keyword 'mentions'; it takes"),
        (lambda: teams_digest(perod=timedelta(1)), "teams_digest has no keyword 'perod'"),
        (lambda: teams_digest(api_conn_id=None), "api_conn_id = None: must be the id of a connection"),
        (lambda: teams_watchdog(api_conn_id=""), "api_conn_id = '': must be the id of a connection"),
        (lambda: teams_watchdog(event="success"), "teams_watchdog has no keyword 'event'"),
    ],
)
def test_what_would_have_no_effect_is_an_error_at_parse(make, words):
    with pytest.raises(TypeError, match=words):
        make()


def test_both_are_tasks_of_a_dag_in_one_line():
    from airflow.sdk import DAG

    with DAG("alerts", schedule=None) as dag:
        teams_digest()
        teams_watchdog(mentions=["oncall@example.com"])
    assert dag.task_ids == ["digest", "watchdog"]
