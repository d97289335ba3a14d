"""Secrets kept out of text: every shape of the table, and the words that only speak of secrets."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflowkit.alerts.safety.log import mask
from airflowkit.redaction import (
    environment_mask,
    is_secret,
    may_name_secret,
    names_secret,
    redact,
)
from airflowkit.secret_shapes import SHAPES
from secret_texts import LEAKS, ORDINARY, SECRET

SHAPE = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
CERTAIN = [shape for shape in SHAPES if shape.alone]
WORDS = st.lists(
    st.sampled_from(["orders:", "failed", "(after", "3", "tries)", "at", "02:00,", "path=/data/x", "'quoted'", "{}"]),
    max_size=6,
)
HARMLESS = [
    "couldn't find key password in Secret airflow/orders-db",
    'secret "orders-db" not found',
    "token expired: log in",
    "connecting to https://registry.example.com/v2/orders/manifests/1.4.2",
]


@SHAPE
def test_each_shape_finds_its_own_example(shape):
    assert shape.secret in shape.example
    assert shape.secret not in shape.pattern.sub(shape.replacement, shape.example)


@given(shape=st.sampled_from(SHAPES), before=WORDS, after=WORDS)
def test_no_planted_secret_gets_through(shape, before, after):
    within_lines = "\n" if "(?m" in shape.pattern.pattern or "(?im" in shape.pattern.pattern else " "
    assert shape.secret not in redact(within_lines.join([" ".join(before), shape.example, " ".join(after)]))


@pytest.mark.parametrize("text", LEAKS)
def test_a_secret_is_masked_however_it_is_written(text):
    shown = redact(text)
    assert SECRET not in shown
    assert redact(shown) == shown


@given(text=st.sampled_from(LEAKS), before=WORDS, after=WORDS)
def test_a_secret_is_masked_on_a_line_among_others(text, before, after):
    assert SECRET not in redact("\n".join([" ".join(before), text, " ".join(after)]))


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_line_of_a_log_stays_readable(text):
    assert redact(text) == text


@given(lines=st.lists(st.sampled_from(ORDINARY), max_size=6))
def test_ordinary_lines_stay_readable_together(lines):
    assert redact("\n".join(lines)) == "\n".join(lines)


@SHAPE
def test_masked_text_is_masked_once_more_without_a_change(shape):
    masked = redact(shape.example)
    assert redact(masked) == masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://etl:hunter2@db:5432/orders failed", "postgresql://***@db:5432/orders failed"),
        ("postgresql://etl:p@ss@db/orders", "postgresql://***@db/orders"),
        ("password=hunter2, user=etl", "password=***, user=etl"),
        ("ValueError: db_password: correcthorse", "ValueError: db_password: ***"),
        ("ValueError: password: |\n  correct\n  horse", "ValueError: password: | ***"),
        ('{"db_password": "hun ter2"}', '{"db_password": ***}'),
        ("AccountName=a;AccountKey=aGVsbG8=;x=1", "AccountName=a;AccountKey=***;x=1"),
        ("Authorization: Bearer abcdef.ghijkl", "Authorization: Bearer ***"),
        ("https://x.example/y?sv=1.0&sig=abc%2Fdef&z=1", "https://x.example/y?sv=1.0&sig=***&z=1"),
        (
            "{'name': 'DB', 'value': 'hunter2', 'value_from': None}",
            "{'name': 'DB', 'value': '***', 'value_from': None}",
        ),
        (
            "cannot load -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- (line 1)",
            "cannot load *** (line 1)",
        ),
    ],
)
def test_what_looks_like_a_secret_is_redacted(text, shown):
    assert redact(text) == shown


@pytest.mark.parametrize("text", HARMLESS)
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


@pytest.mark.parametrize("piece", ["-----BEGIN PRIVATE KEY", "-----BEGIN ", "AccountKey=", "://a:", "conn", "gho_"])
def test_no_text_however_hostile_takes_long(piece):
    redact("")  # imports Airflow
    started = time.process_time()
    redact(piece * 1_000_000)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("name", "maybe", "surely"),
    [
        ("DB_PASSWORD", True, True),
        ("db_passwd", True, True),
        ("PG_PASSW", True, True),
        ("API_KEY", True, True),
        ("BLOB_SAS", True, True),
        ("BLOB_CONN_STR", True, True),
        ("AZURE_CREDENTIALS", True, True),
        ("DB_PWD", True, True),
        ("ACCOUNT_KEY", True, True),
        ("TOKEN_URL", True, False),
        ("MAX_TOKENS", True, False),
        ("AIRFLOW_CONN_DB", True, False),
        ("PWD", False, True),
        ("DISASTER", False, False),
        ("LOG_LEVEL", False, False),
    ],
)
def test_a_name_may_name_a_secret_or_surely_does(name, maybe, surely):
    assert (may_name_secret(name), names_secret(name)) == (maybe, surely)


@pytest.mark.parametrize("shape", CERTAIN, ids=lambda shape: shape.name)
def test_a_value_of_a_certain_shape_is_a_secret_under_any_name(shape):
    assert is_secret(shape.example)


@pytest.mark.parametrize("value", [*HARMLESS, "git+ssh://git@github.com/orders/dags", "orders", "password=x"])
def test_an_ordinary_value_is_no_finding(value):
    assert not is_secret(value)


def test_a_pods_plain_environment_is_masked_where_it_is_long_enough():
    env = [{"name": "A", "value": "hunter2hunter2"}, {"name": "B", "value": "prod"}, {"name": "C", "value": "1"}]
    masked = environment_mask({"spec": {"containers": [{"env": env}]}})
    assert masked("xhunter2hunter2x prod production 1") == "x***x *** production 1"
