"""Workers that all tests of the rules share: starting Airflow anew for each would take minutes."""

from __future__ import annotations

import pytest

from airflowkit.checks.workers.pool import Pool

collect_ignore = ["fixes/cases"]  # repositories before and after a fix; some have tests of their own
MODULES = ("airflow.providers.standard.operators.empty", "airflow.providers.cncf.kubernetes.operators.pod")


@pytest.fixture(scope="session")
def pool():
    with Pool(MODULES, size=2) as workers:
        yield workers


@pytest.fixture(scope="session")
def other_pool():
    """Workers whose sets are ordered differently."""
    with Pool(MODULES, size=1, again=True) as workers:
        yield workers
