"""The table of what Airflow moved, renamed and removed."""

from importlib import import_module
from importlib.util import find_spec

import pytest

from airflowkit.checks.moves.keywords import renamed
from airflowkit.checks.moves.names import _TABLE, is_old_module, provider_of, successor

ROWS = [line.split(" ", 4) for line in _TABLE.read_text().splitlines() if not line.startswith("#")]
PROVIDERS = "airflow.providers"


@pytest.mark.parametrize(
    ("old", "new", "since"),
    [
        ("airflow.kubernetes.secret.Secret", f"{PROVIDERS}.cncf.kubernetes.secret.Secret", "Airflow 3.0"),
        (
            f"{PROVIDERS}.cncf.kubernetes.operators.kubernetes_pod.KubernetesPodOperator",
            f"{PROVIDERS}.cncf.kubernetes.operators.pod.KubernetesPodOperator",
            "version 10.0 of the provider cncf-kubernetes",
        ),
        (
            "airflow.contrib.operators.kubernetes_pod_operator.KubernetesPodOperator",
            f"{PROVIDERS}.cncf.kubernetes.operators.pod.KubernetesPodOperator",
            "Airflow 3.0",
        ),
        (
            "airflow.operators.python.PythonOperator",
            f"{PROVIDERS}.standard.operators.python.PythonOperator",
            "Airflow 3.0",
        ),
        ("airflow.operators.dummy.DummyOperator", f"{PROVIDERS}.standard.operators.empty.EmptyOperator", "Airflow 3.0"),
        ("airflow.operators.email.EmailOperator", f"{PROVIDERS}.smtp.operators.smtp.EmailOperator", "Airflow 3.0"),
        ("airflow.datasets.Dataset", "airflow.sdk.Asset", "Airflow 3.0"),
        ("airflow.hooks.base_hook.BaseHook", "airflow.sdk.BaseHook", "Airflow 3.0"),
    ],
)
def test_a_name_has_its_successor_and_its_version(old, new, since):
    move = successor(old)
    assert (move.new, move.since) == (new, since)


@pytest.mark.parametrize(
    ("old", "hint"),
    [
        ("airflow.utils.dates.days_ago", "write a fixed date, such as datetime(2026, 1, 1)"),
        ("airflow.utils.dates.round_time", "compute the time with datetime or pendulum"),
        ("airflow.contrib.unheard.of.Thing", "import it from its provider"),
    ],
)
def test_what_has_no_successor_says_what_to_do(old, hint):
    assert (successor(old).new, successor(old).hint) == ("", hint)


def test_what_did_not_move_has_no_successor():
    assert successor("airflow.sdk.DAG") is None
    assert not is_old_module("airflow.sdk")


def test_nobody_is_sent_to_the_compatibility_package():
    assert not [row for row in ROWS if "common.compat" in row[1]]


def test_each_row_has_a_source_and_what_to_do():
    assert {row[3].partition("-")[0] for row in ROWS} == {"ruff", "Airflow", "cncf", "postgres", "snowflake"}
    assert all(len(row) == 5 for row in ROWS if row[1] == "-")
    assert len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.needs_airflow(3, 3, "names of an older one that moved once more")
def test_every_successor_that_is_installed_exists():
    names = {row[1] for row in ROWS if row[1].startswith("airflow.") and not row[1].endswith("*")}
    known = {name for name in names if _is_installed(name)}
    assert len(known) > 80
    assert [name for name in sorted(known) if not _exists(name)] == []


def _is_installed(name: str) -> bool:
    return not name.startswith("airflow.providers.") or _has_spec(provider_of(name)[0])


def _has_spec(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def _exists(name: str) -> bool:
    module, _, attribute = name.rpartition(".")
    if module == "airflow.configuration.conf":
        module, attribute = "airflow.configuration", "conf"
    try:
        return hasattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        if provider_of(name)[0] not in str(error.name):
            return True  # it needs another provider, too
        module, _, cls = module.rpartition(".")  # it is a member of a class
        return hasattr(getattr(import_module(module), cls, None), attribute)


@pytest.mark.parametrize(
    ("cls", "old", "new"),
    [
        ("DAG", "schedule_interval", "schedule"),
        ("DAG", "default_view", ""),
        ("BaseOperator", "provide_context", ""),
        ("TriggerDagRunOperator", "execution_date", "logical_date"),
    ],
)
def test_an_argument_has_its_successor(cls, old, new):
    assert renamed([cls], old).new == new
    assert renamed(["Other"], old) is None
