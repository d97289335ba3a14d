"""What of Airflow's log a run shows."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import structlog

from airflowkit.local.worker.airflow_log import TaskEventHandler, shorten
from airflowkit.local.worker.stopping import Stopping

OF_PACKAGE = {
    "event": "Using `httpx` with `starlette.testclient` is deprecated; install `httpx2` instead.",
    "category": "StarletteDeprecationWarning",
    "filename": "/venv/lib/python3.11/site-packages/fastapi/testclient.py",
}
OF_REPOSITORY = OF_PACKAGE | {"category": "DeprecationWarning", "filename": "/home/me/dags/orders.py"}
OF_NETWORK = OF_PACKAGE | {"category": "InsecureRequestWarning"}


@pytest.fixture
def is_shown():
    """Return whether a line of Airflow's log is left in it."""

    def call(event, *, verbose=False):
        tasks = TaskEventHandler(lambda _: None, Stopping())
        with shorten(lambda _: None, tasks, Stopping(), verbose=verbose):
            try:
                structlog.get_config()["processors"][0](SimpleNamespace(name="py.warnings"), "warning", dict(event))
            except structlog.DropEvent:
                return False
        return True

    return call


def test_a_deprecation_in_an_installed_package_is_not_shown(is_shown):
    """A newer Starlette than that of our lock warns of what Airflow imports, in every run."""
    assert not is_shown(OF_PACKAGE)
    assert is_shown(OF_PACKAGE, verbose=True)


def test_a_deprecation_in_the_repository_is_shown_and_so_are_other_warnings(is_shown):
    assert is_shown(OF_REPOSITORY)
    assert is_shown(OF_NETWORK)
