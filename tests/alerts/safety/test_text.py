"""Foreign text: clean, short, and without secrets."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest

from airflowkit.alerts.safety.redaction import mask, redact
from airflowkit.alerts.safety.text import duration, one_line, presentable, shortened


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://etl:hunter2@db:5432/orders failed", "postgresql://***@db:5432/orders failed"),
        ("postgresql://etl:p@ss@db/orders", "postgresql://***@db/orders"),
        ("password=hunter2, user=etl", "password=***, user=etl"),
        ('{"db_password": "hun ter2"}', '{"db_password": ***}'),
        ("AccountName=a;AccountKey=aGVsbG8=;x=1", "AccountName=a;AccountKey=***;x=1"),
        ("Authorization: Bearer abcdef.ghijkl", "Authorization: Bearer ***"),
        ("https://x.example/y?sv=1.0&sig=abc%2Fdef&z=1", "https://x.example/y?sv=1.0&sig=***&z=1"),
        (
            "{'name': 'DB', 'value': 'hunter2', 'value_from': None}",
            "{'name': 'DB', 'value': '***', 'value_from': None}",
        ),
        (
            "couldn't find key password in Secret airflow/orders-db",
            "couldn't find key password in Secret airflow/orders-db",
        ),
        ('secret "orders-db" not found', 'secret "orders-db" not found'),
    ],
)
def test_what_looks_like_a_secret_is_redacted(text, shown):
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text",
    ["couldn't find key password in Secret airflow/orders-db", 'secret "orders-db" not found', "token expired: log in"],
)
def test_what_only_speaks_of_secrets_stays(text):
    assert redact(text) == text


def test_what_airflow_masks_is_redacted():
    mask(["an-ordinary-looking-word"])
    assert redact("it said an-ordinary-looking-word") == "it said ***"


def test_a_known_secret_that_is_an_ordinary_word_uncovers_no_other(monkeypatch):
    monkeypatch.setenv("TEST_DB_PASSWORD", "password")
    mask(["secret"])
    assert redact("password=hunter2 secret=hunter3") == "***=*** ***=***"


def test_values_of_sensitive_environment_variables_are_redacted(monkeypatch):
    monkeypatch.setenv("ORDERS_DB_PASSWORD", "correct horse")
    monkeypatch.setenv("AIRFLOW_CONN_ORDERS", json.dumps({"host": "db"}))
    assert redact('said correct horse, {"host": "db"}') == "said ***, ***"


@pytest.mark.parametrize("piece", ["x", "password", "://", "sig=", "'value': '", "\x1b[", "<at", "bearer ", "=\\'"])
def test_no_text_however_long_or_hostile_takes_long(piece):
    started = time.monotonic()
    assert len(presentable(piece * 1_000_000, 500)) <= 500
    assert time.monotonic() - started < 2


def test_control_characters_colours_and_lone_surrogates_go():
    assert presentable("\x1b[31mred\x1b[0m\x00 \ud800end\r\nnext", 100) == "red end\nnext"


def test_text_is_cut_with_an_ellipsis():
    assert shortened("abcdef", 4) == "abc…"
    assert shortened("abcd", 4) == "abcd"


def test_one_line_is_the_first_that_says_something():
    assert one_line("\n\n  broken  \nmore", 100) == "broken"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=59.4), "59 s"),
        (timedelta(seconds=252), "4 m 12 s"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=26, minutes=5, seconds=7), "1 d 2 h"),
        (timedelta(seconds=-5), "0 s"),
    ],
)
def test_durations_are_told_in_their_two_largest_units(length, words):
    assert duration(length) == words
