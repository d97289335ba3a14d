"""The matrix: the checks, the pytest plugin and the pods on every supported Airflow, each with its own locked packages.

`nox -s airflow-2.11` runs one version; what follows `--` goes to pytest instead of the matrix's own choice of tests.
On the newest beta the local runs are tested as well, and a test may fail if `requirements/airflow-VERSION.failures`
lists it with a reason.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import nox

if TYPE_CHECKING:
    from collections.abc import Callable

VERSIONS = ("2.11", "3.1", "3.2", "3.3", "3.4")
TESTS = (
    "tests/checks",
    "--ignore=tests/checks/test_docs.py",  # the same on every Airflow
    "tests/contract",
    "tests/deploy/connections",
    "tests/local/test_causes.py",
    "tests/pods",
    "tests/test_airflow_examples.py",
    "tests/test_presets.py",
    "tests/test_pytest_plugin.py",
    "tests/test_startup.py",
)
PYTHONS = {"3.1": "3.12"}
"""The oldest supported Python runs the others, and `make test`."""
BETA = "3.4"
BETA_TESTS = (
    "tests/discovery",
    "tests/features",
    "tests/local",
    "tests/test_dags.py",
    "tests/test_testing.py",
    "tests/test_yaml_dags.py",
)
CHOICE = "matrix or not (cluster or apiserver or podman or node or browser or slow)"

nox.options.default_venv_backend = "uv"
nox.options.reuse_venv = "yes"
nox.options.stop_on_first_error = False


def session_of(version: str) -> Callable[[nox.Session], None]:
    """Return the session of one Airflow version."""

    def session(session: nox.Session) -> None:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # Airflow's import takes twice as long without bytecode
        lock = f"requirements/airflow-{version}.lock"
        session.run_install("uv", "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode", lock)
        session.run_install("uv", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", ".")
        pytest = ("python", "-m", "pytest", "-n", "2", "--dist", "worksteal")  # few tests take most of the time
        cache = f"cache_dir=.pytest_cache/airflow-{version}"  # --last-failed means this version's
        tests = (*TESTS, *BETA_TESTS) if version == BETA else TESTS
        listed = str(Path(lock).with_suffix(".failures").absolute())
        chosen = ("-o", cache, "-m", CHOICE, *(session.posargs or tests))
        session.run(*pytest, *chosen, env={"AIRFLOWKIT_EXPECTED_FAILURES": listed})

    return session


for version in VERSIONS:
    nox.session(session_of(version), name=f"airflow-{version}", python=PYTHONS.get(version, "3.11"))
