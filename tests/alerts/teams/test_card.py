"""The card: what it says, in which order, that it is valid, and that it always fits."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflowkit.alerts.facts.facts import Event, Facts, FailedTask, Mention
from airflowkit.alerts.teams.card import build_card, fitting_card, minimal_card
from airflowkit.alerts.teams.elements import MAX_ESCAPED, MAX_MESSAGE, fits, message
from airflowkit.causes import CauseCode
from airflowkit.pods.diagnostics.diagnosis import Diagnosis, Tries
from alerts.incidents import RUN, TASK
from alerts.official import complaints, fact, texts


def test_a_task_card_answers_in_order_what_which_try_why_since_when_who_and_where_to_click():
    card = build_card(TASK)
    said = json.dumps(card, ensure_ascii=False)
    order = [
        "[PROD] Task failed: load_orders",
        "orders_daily · try 3 of 3 · will not be retried",
        "<at>Data on-call</at>",
        "out of memory: used 512Mi of 512Mi",
        "raise resources",
        "Killed",
        "The finance report waits for this.",
        "2026-11-20 02:00 UTC",
        "4 m 12 s",
        "data-eng",
        "https://airflow.example.com/log",
        "https://airflow.example.com/run",
        "https://wiki.example.com/orders_daily",
    ]
    places = [said.rindex(words) for words in order]
    assert places == sorted(places)


def test_a_run_card_lists_failed_tasks_and_folds_mapped_ones():
    shown = texts(build_card(RUN))
    assert shown[0].endswith("[PROD] Run failed: orders_daily")
    assert shown[1] == "3 tasks failed · 1 task did not run because of it"
    assert "part  \u00d7200" in shown
    assert "  (map index 0, 1, 2, 3, 4, …)" in shown
    assert shown.index("silent") + 1 == shown.index("Its log says why.")


@pytest.mark.parametrize(
    ("tries", "counted", "said"),
    [
        ([Tries(1)], True, "1 try used"),
        ([Tries(1, 3)], True, "1 try used, 3 saved"),
        ([Tries(1, 3), Tries(3, 3)], True, "4 tries used, 6 saved"),
        ([Tries(4), Tries(2, 1)], True, "6 tries used, 1 saved"),
        ([Tries(4), None], False, "at least 4 tries used"),
        ([None], False, ""),
    ],
)
def test_a_run_card_counts_the_tries_used_and_saved(tries, counted, said):
    failed = tuple(FailedTask(f"task_{number}", (), None, each, counted) for number, each in enumerate(tries))
    shown = texts(build_card(replace(RUN, failed=failed, not_run=0)))[1]
    assert shown.partition(" failed")[2] == (f" · {said}" if said else "")


def test_the_ninth_failed_task_is_counted_not_listed():
    shown = texts(build_card(replace(RUN, failed=tuple(FailedTask(f"task_{number}") for number in range(30)))))
    assert "task_7" in shown
    assert "task_8" not in shown
    assert "and 22 tasks more" in shown


def test_a_mention_names_its_entity_exactly():
    card = build_card(replace(TASK, mentions=(Mention("<at>O'Neil & Co</at>", "a@example.com"),)))
    (entity,) = card["msteams"]["entities"]
    assert entity["text"] == f"<at>{entity['mentioned']['name']}</at>"
    assert entity["text"] in json.dumps(card["body"])
    assert entity["mentioned"]["id"] == "a@example.com"


def test_teams_takes_twenty_mentions():
    many = tuple(Mention(f"user{number}", f"{number}@example.com") for number in range(30))
    assert len(build_card(replace(TASK, mentions=many))["msteams"]["entities"]) == 20


def test_markdown_in_foreign_text_stays_text():
    hostile = "**bold** [link](https://evil.example) <at>boss</at> `code` ~~x~~"
    card = build_card(replace(TASK, run_id=hostile, host=hostile, diagnosis=Diagnosis(hostile)))
    assert fact(card, "Host") == hostile
    assert hostile in texts(card)
    assert "FactSet" not in json.dumps(card)
    assert [block["text"] for block in _blocks(card)] == ["<at>Data on-call</at>"]


def _blocks(node):
    if isinstance(node, dict):
        own = [node] if node.get("type") == "TextBlock" else []
        return own + [block for value in node.values() for block in _blocks(value)]
    return [block for value in node for block in _blocks(value)] if isinstance(node, list) else []


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("facts", [TASK, RUN], ids=["task", "run"])
def test_every_event_makes_a_valid_card(event, facts):
    for card in (build_card(replace(facts, event=event)), minimal_card(replace(facts, event=event))):
        assert complaints(card) == []
        assert card["version"] == "1.4"


def test_a_cause_that_is_known_is_on_the_card_and_none_that_is_not():
    known = Diagnosis("out of memory", code=CauseCode.OUT_OF_MEMORY)
    assert "cause: out-of-memory (program)" in texts(build_card(replace(TASK, diagnosis=known)))
    assert "cause:" not in " ".join(texts(build_card(replace(TASK, diagnosis=Diagnosis("ValueError: broken")))))


def test_facts_that_are_missing_leave_no_empty_line():
    card = build_card(Facts(event=Event.FAILURE))
    assert complaints(card) == []
    assert texts(card) == ["🔴 Run failed: unknown"]
    assert "actions" not in card


LONG = "é" * 900


@pytest.mark.parametrize(
    ("facts", "lost", "kept"),
    [
        pytest.param(replace(TASK, traceback="x\n" * 3000), "traceback", "worker-1", id="the traceback first"),
        pytest.param(replace(TASK, host="é" * 3400), "éé", "finance report", id="then the lesser facts"),
        pytest.param(replace(TASK, message="é\n" * 250), "é", "Killed", id="then the message"),
        pytest.param(
            replace(TASK, message="é" * 3400, diagnosis=Diagnosis(LONG, "raise resources", (LONG,) * 20)),
            "finance",
            "raise resources",
            id="then all but the reason's beginning",
        ),
        pytest.param(replace(TASK, title="é" * 5000, owners=("é" * 5000,)), "Killed", "load_orders", id="then all"),
    ],
)
def test_a_card_that_is_too_large_loses_what_matters_least(facts, lost, kept):
    assert not fits(build_card(facts))
    card = fitting_card(facts)
    said = json.dumps(card, ensure_ascii=False)
    assert fits(card)
    assert complaints(card) == []
    assert lost not in said
    assert kept in said


def test_sizes_are_measured_as_they_are_sent():
    """`requests` writes ASCII escapes: an é takes six bytes, and twice escaped seven."""
    card = {"type": "AdaptiveCard", "body": "é" * 3000}
    assert len(json.dumps(message(card))) == pytest.approx(18_150, abs=60)
    assert fits(card)
    assert not fits({**card, "body": "é" * 3400})
    assert not fits({**card, "body": '"' * 9_000})
    assert (MAX_MESSAGE, MAX_ESCAPED) == (20_000, 26_000)


TEXT = st.text(max_size=2500)
ID = st.text(max_size=250)
DIAGNOSES = st.builds(Diagnosis, st.text(max_size=500), st.text(max_size=300), st.lists(TEXT, max_size=10).map(tuple))


@settings(max_examples=100)
@given(
    st.builds(
        Facts,
        event=st.sampled_from(Event),
        dag_id=ID,
        task_id=ID,
        run_id=ID,
        title=ID,
        message=TEXT,
        traceback=TEXT,
        host=TEXT,
        diagnosis=st.none() | DIAGNOSES,
        failed=st.lists(st.builds(FailedTask, ID, st.just(()), st.none() | DIAGNOSES), max_size=9).map(tuple),
        mentions=st.lists(st.builds(Mention, ID, ID), max_size=25).map(tuple),
        log_url=st.just("https://airflow.example.com/log"),
    )
)
def test_whatever_the_facts_the_card_is_valid_and_fits(facts):
    card = fitting_card(facts)
    assert complaints(card) == []
    assert fits(card)
