"""The Airflow of the tests, and what a test needs of the machine.

Set AIRFLOWKIT_REQUIRE to a comma list of markers (`cluster,node`) to fail instead of skip where one is missing.
"""

from __future__ import annotations

import atexit
import os
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, suppress
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from airflowkit._airflow import airflow_version
from expected_failures import expected_failures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflowkit.checks.report import Report

TESTS = Path(__file__).parent
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's background job ignores Ctrl-C, and so would every command that a test starts and interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
HOME = Path(tempfile.mkdtemp(prefix="airflowkit-tests-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
# Before anything imports Airflow: it reads these once.
os.environ |= {
    "AIRFLOW_HOME": str(HOME),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
    # Airflow 3's defaults
    "AIRFLOW__CORE__DAG_IGNORE_FILE_SYNTAX": "glob",
    "AIRFLOW__SCHEDULER__CATCHUP_BY_DEFAULT": "False",
    # The examples' images cannot be pulled everywhere; tests of podman and docker name them.
    "AIRFLOWKIT_RUNTIME": "process",
}
for name in ("AIRFLOWKIT_CONFIG", "AIRFLOWKIT_PROFILE", "AIRFLOW__CORE__DAGS_FOLDER"):
    os.environ.pop(name, None)
if "KUBECONFIG" in os.environ:
    # Both clients read it when they are imported; a test that changes it would decide for all that come later.
    import_module("kubernetes.config.kube_config")
    import_module("kubernetes_asyncio.config.kube_config")


# On a busy machine an example may take seconds, the first one imports Airflow, and none of that is a bug.
settings.register_profile("airflowkit", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("airflowkit")


def _has_kubernetes() -> bool:
    return Path(os.environ.get("KUBECONFIG", "/nowhere")).is_file()


@lru_cache(maxsize=1)
def _has_nodes() -> bool:
    if not _has_kubernetes():
        return False
    from kubernetes import client, config

    config.load_kube_config()
    return bool(client.CoreV1Api().list_node().items)


@lru_cache(maxsize=1)
def _has_engine() -> bool:
    """Try it: an engine may answer and still not be allowed to run anything, or lack the image."""
    from airflowkit.local.runtimes import engine

    if not (found := engine()):
        return False
    command = [found, "run", "--rm", "--pull=never", "localhost/busybox:1", "true"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _has_namespaces() -> bool:
    from airflowkit.local.runtimes import can_mount

    return can_mount()


def _has_services() -> bool:
    from deploy.real.services import are_installed

    return are_installed() and not os.geteuid()


NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "apiserver": (_has_kubernetes, "no Kubernetes API server: set KUBECONFIG to one that may be used for tests"),
    "cluster": (_has_nodes, "no Kubernetes cluster with a node: set KUBECONFIG to one that may be used for tests"),
    "podman": (
        _has_engine,
        "no podman or docker that runs the image localhost/busybox:1: install podman, and load such an image",
    ),
    "node": (
        lambda: shutil.which("node") is not None and (TESTS / "node" / "node_modules" / "jsdom").is_dir(),
        "no Node.js, or not its packages: install nodejs and npm, then make node",
    ),
    "azurite": (
        lambda: shutil.which("node") is not None and (TESTS / "node/azurite/node_modules/azurite").is_dir(),
        "no Node.js, or not Azurite: install nodejs and npm, then make node",
    ),
    "services": (
        _has_services,
        "not root, or not installed: apt-get install postgresql pgbouncer redis-server rabbitmq-server",
    ),
    "browser": (lambda: shutil.which("chromium") is not None, "no Chromium: apt-get install chromium"),
    "namespaces": (_has_namespaces, "neither root nor user namespaces: run as root, or allow user namespaces"),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that are known to fail on this Airflow; one that passes must leave the list."""
    reasons = expected_failures(Path(os.environ.get("AIRFLOWKIT_EXPECTED_FAILURES", "/nowhere")))
    for item in items:
        if reason := reasons.get(item.nodeid):
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or fail where it is required, a test whose needs this machine does not meet."""
    if (needed := item.get_closest_marker("needs_airflow")) and airflow_version() < needed.args[:2]:
        pytest.skip("Airflow {}.{} or newer: {}".format(*needed.args))
    required = os.environ.get("AIRFLOWKIT_REQUIRE", "").split(",")
    for marker, (present, reason) in NEEDS.items():
        if item.get_closest_marker(marker) and not present():
            (pytest.fail if marker in required else pytest.skip)(reason)


@pytest.fixture(scope="session")
def airflow_db() -> Path:
    """AIRFLOW_HOME with a migrated database and an empty DAG folder."""
    from airflow.utils.db import initdb

    (HOME / "dags").mkdir(exist_ok=True)
    initdb()
    with closing(sqlite3.connect(HOME / "airflow.db")) as database:
        # `dag.test` has two connections: one that reads would otherwise make the other one fail after five seconds.
        database.execute("PRAGMA journal_mode = WAL")
    return HOME


@pytest.fixture(autouse=True, scope="session")
def _our_own_failures_fail_the_test() -> Iterator[None]:
    """Fail where a check reports that airflowkit itself failed: to users that is one finding among others."""
    engine: Any = import_module("airflowkit.checks.engine")
    report_on = engine.report_on

    def strict(*arguments: Any, **keywords: Any) -> Report:
        report = report_on(*arguments, **keywords)
        assert not [finding.message for finding in report.findings if finding.failed]
        return report

    engine.report_on = strict
    yield
    engine.report_on = report_on


@pytest.fixture(autouse=True, scope="session")
def _workers_write_their_coverage() -> Iterator[None]:
    """Let a worker of `check` end on its own before it is killed, where its lines are to be counted."""
    if "COVERAGE_PROCESS_CONFIG" not in os.environ:
        yield
        return
    pool_class: Any = import_module("airflowkit.checks.workers.pool").Pool
    end = pool_class._exit_status

    def end_softly(pool: Any, worker: Any) -> Any:
        worker.channel.close()
        with os.fdopen(os.pidfd_open(worker.pid)) as process:
            select.select([process], [], [], 2)
        return end(pool, worker)

    pool_class._exit_status = end_softly
    yield
    pool_class._exit_status = end


@pytest.fixture(autouse=True)
def _forget_secrets() -> Iterator[None]:
    """Airflow's masker lives as long as the process: a secret of one test would be blotted out in the next."""
    before = [(masker, masker.patterns.copy(), masker.replacer) for masker in _maskers()]
    yield
    for masker in _maskers():
        masker.patterns, masker.replacer = set(), None
    for masker, patterns, replacer in before:
        masker.patterns, masker.replacer = patterns, replacer


def _maskers() -> Iterator[Any]:
    """Yield Airflow's maskers, as far as they are imported: each version has its own modules."""
    for name, module in list(sys.modules.items()):
        if name.endswith(".secrets_masker") and "_secrets_masker" in vars(module):
            with suppress(RuntimeError):  # Airflow 2 finds it among the filters of a log
                yield vars(module)["_secrets_masker"]()


@pytest.fixture(autouse=True)
def _fresh_settings() -> None:
    from airflowkit.settings import forget_settings

    forget_settings()
