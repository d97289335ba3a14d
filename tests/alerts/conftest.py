"""A receiver on loopback, and the connection that leads to it."""

from __future__ import annotations

import json

import pytest

from alerts.receiver import running


@pytest.fixture
def connect(monkeypatch):
    """Define the connection `msteams_webhook_url`: with a URL as password, or with other fields."""

    def define(url=None, **fields):
        fields = {"conn_type": "http", **({"password": url} if url else {}), **fields}
        monkeypatch.setenv("AIRFLOW_CONN_MSTEAMS_WEBHOOK_URL", json.dumps(fields))

    return define


@pytest.fixture
def teams(connect):
    """A receiver that takes every card, and the connection to it."""
    with running() as receiver:
        connect(receiver.url)
        yield receiver


@pytest.fixture
def receivers():
    """Start receivers by script; they end with the test."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda *script, tls=None: stack.enter_context(running(*script, tls=tls))
