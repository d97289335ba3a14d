"""Workers that all tests of the rules share: starting Airflow anew for each would take minutes."""

from __future__ import annotations

import pytest

from airflowkit.checks.pool import Pool


@pytest.fixture(scope="session")
def pool():
    modules = ("airflow.providers.standard.operators.empty", "airflow.providers.cncf.kubernetes.operators.pod")
    with Pool(modules, size=2) as workers:
        yield workers
