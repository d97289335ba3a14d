"""The source `airflow`, asked on real Airflows with a database of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from airflowkit._airflow import airflow_version
from airflowkit.deploy.doctor.codes import codes
from airflowkit.deploy.doctor.running import defects, facts
from airflowkit.deploy.doctor.running.defects import DEFECTS, defects_of
from airflowkit.deploy.doctor.running.facts import Facts
from airflowkit.deploy.doctor.running.source import AIRFLOW
from airflows import for_this_airflow
from alerts.receiver import running
from deploy.doctor.looks import look

KUBERNETES = "apache-airflow-providers-cncf-kubernetes"
TIMEOUT = 600
DAG_FILE = """
from datetime import datetime

from airflow.sdk import DAG
from airflowkit import pod_task, teams_failure

with DAG("orders", schedule=None, start_date=datetime(2026, 1, 1), on_failure_callback=teams_failure()):
    pod_task("extract", image="registry.example.com/orders:1", do_xcom_push=True, pool="heavy",
             kubernetes_conn_id="cluster_b", namespace="jobs", resources=None)
"""
FILL = """
import json, sys
from airflow.models import Pool
from airflow.models.connection import Connection
from airflow.utils.session import create_session

with create_session() as session:
    for given in json.loads(sys.argv[1]):
        session.add(Connection(**given))
    for name in sys.argv[2:]:
        session.add(Pool(pool=name, slots=1, description="", include_deferred=False))
"""
needs_3 = pytest.mark.skipif(airflow_version() < (3, 0), reason="DAG files of Airflow 3, and its API")


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """The home of an Airflow that was migrated, and has nothing in it."""
    home = tmp_path_factory.mktemp("airflow")
    run(home, "-m", "airflow", "db", "migrate")
    return home


@pytest.fixture
def home(empty, tmp_path, monkeypatch):
    """A copy of that home; this process is configured for it."""
    target = tmp_path / "airflow"
    target.mkdir()
    (target / "airflow.db").write_bytes((empty / "airflow.db").read_bytes())
    for name in [name for name in os.environ if name.startswith(("AIRFLOW__", "AIRFLOW_CONN_"))]:
        monkeypatch.delenv(name)
    for name, value in variables(target).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("KUBECONFIG", raising=False)
    facts._probed.cache_clear()
    return target


@pytest.fixture
def repository(tmp_path):
    root = tmp_path / "repository"
    (root / "dags").mkdir(parents=True)
    (root / "airflowkit.toml").write_text('[check.connections]\ncluster_b = "kubernetes://"\n')  # declared, not there
    (root / "dags" / "orders.py").write_text(for_this_airflow(DAG_FILE))
    return root


def variables(home, fernet="cmVhbGx5LXNlY3JldC1yZWFsbHktc2VjcmV0LTMyYiE="):
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__CORE__FERNET_KEY": fernet,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": f"{home}/logs",
    }


def run(home, *arguments, **more):
    environment = {**os.environ, **variables(home, **more)}
    command = [sys.executable, *arguments]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=TIMEOUT)


def found(report):
    return {(finding.code, finding.subject) for finding in report.findings}


@needs_3
def test_everything_that_is_wrong_with_a_running_airflow_is_found(home, repository, monkeypatch):
    connection = {"conn_id": "cluster_c", "conn_type": "kubernetes", "extra": '{"kube_config_path": "/k"}'}
    run(home, "-c", FILL, json.dumps([connection]))
    monkeypatch.setenv("KUBECONFIG", "/elsewhere")
    monkeypatch.setenv(
        "AIRFLOW_CONN_CLUSTER_D", json.dumps({"conn_type": "kubernetes", "extra": {"kube_config": "{}"}})
    )
    monkeypatch.setenv("AIRFLOW_CONN_BROKEN", '{"conn_type": ')
    report = look(repository, AIRFLOW)
    assert found(report) >= {
        ("AD202", "[api_auth] jwt_secret"),
        ("AD202", "[api] secret_key"),
        ("AD210", "connection cluster_c"),
        ("AD210", "connection cluster_d"),
        ("AD220", "connection cluster_b"),
        ("AD221", "pool heavy"),
        ("AD230", "connection msteams_webhook_url"),
    }
    assert not any(finding.failed or finding.code == "AD200" for finding in report.findings)
    missing = next(finding for finding in report.findings if finding.code == "AD220")
    assert "orders.extract" in missing.message
    assert not (home / "airflow.cfg").exists()


@needs_3
def test_a_running_airflow_with_everything_in_place_has_no_finding(home, repository, monkeypatch):
    sidecar = {"xcom_sidecar_container_image": "localhost/alpine:1"}
    run(
        home,
        "-c",
        FILL,
        json.dumps([{"conn_id": "cluster_b", "conn_type": "kubernetes", "extra": json.dumps(sidecar)}]),
        "heavy",
    )
    monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", "x" * 64)
    monkeypatch.setenv("AIRFLOW__API__SECRET_KEY", "x" * 64)
    with running() as receiver:
        monkeypatch.setenv(
            "AIRFLOW_CONN_MSTEAMS_WEBHOOK_URL", json.dumps({"conn_type": "http", "password": receiver.url})
        )
        report = look(repository, AIRFLOW)
        assert [finding.sentence for finding in report.findings] == []
        assert not report.sources[0].absent
        assert receiver.requests == []  # nothing is posted


@needs_3
def test_what_another_fernet_key_has_saved_is_found_by_its_name_alone(home, repository):
    planted = {"conn_id": "warehouse", "conn_type": "http", "password": "PLANTED-s3cr3t"}
    run(home, "-c", FILL, json.dumps([planted]), fernet="YW5vdGhlci1rZXktYW5vdGhlci1rZXktMzItYnl0ZSE=")
    report = look(repository, AIRFLOW)
    assert ("AD201", "Connection warehouse") in found(report)
    assert "PLANTED" not in repr(report)


@pytest.mark.parametrize("url", ["postgresql://airflow:PLANTED@127.0.0.1:1/airflow", "sqlite:////nowhere/airflow.db"])
def test_a_database_that_does_not_answer_is_a_finding_and_one_that_is_not_there_is_none(
    url, home, repository, monkeypatch
):
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", url)
    report = look(repository, AIRFLOW)
    assert "PLANTED" not in repr(report)
    if url.startswith("sqlite"):
        assert report.findings == ()
        assert "does not exist" in report.sources[0].absent
    else:
        assert [finding.code for finding in report.findings] == ["AD200"]
        assert "127.0.0.1" in report.findings[0].message


def test_each_code_of_the_source_has_an_examination():
    examined = {code for part in AIRFLOW.examinations for code in part.codes}
    assert examined == {code for code in codes() if code.startswith("AD2")}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect.issue}-{defect.fixed}")
def test_a_known_defect_is_found_up_to_the_release_that_fixes_it_and_only_where_it_matters(defect):
    executor, tasks = f"{defect.executor}Executor", {defect.of: ("orders.extract",)} if defect.of else {}
    before = defect.since or "10.0.0"
    assert defect.issue in issues(before, executor, tasks)
    assert defect.issue not in issues(defect.fixed, executor, tasks)
    assert not defect.of or defect.issue not in issues(before, executor, {})
    assert not defect.executor or defect.issue not in issues(before, "LocalExecutor", tasks)


def issues(version, executor, tasks):
    return {defect.issue for defect, _ in defects_of({KUBERNETES: version}, executor, tasks)}


def test_no_defect_is_known_of_the_newest_supported_provider():
    assert (
        issues("10.25.0", "KubernetesExecutor", dict.fromkeys(("deferrable", "xcom", "init logs", "timeout"), ("a.b",)))
        == set()
    )


def test_a_defect_says_the_issue_the_tasks_and_what_to_install(monkeypatch, tmp_path):
    known = Facts(versions={KUBERNETES: "10.12.0"}, pods={"timeout": ("a.b", "a.c", "a.d", "a.e")})
    monkeypatch.setattr("airflowkit.deploy.doctor.running.source.facts_of", lambda _request: known)
    found_one = look(tmp_path, AIRFLOW).findings
    assert [finding.code for finding in found_one] == ["AD250"]
    assert "a.b, a.c, a.d and 1 more" in found_one[0].message
    assert found_one[0].hint == "install 10.18.0 or newer"
    assert found_one[0].reference == "apache/airflow#67227"


@pytest.mark.parametrize(
    ("known", "code"),
    [
        (Facts(logs_lost=True), "AD240"),
        (Facts(log_task="a.b", log_problem="Could not read served logs"), "AD241"),
        (Facts(log_task="a.b", log_problem=facts.SECRET_KEY), "AD204"),
        (Facts(unhealthy=("scheduler",)), "AD203"),
        (Facts(broken=("the database: OperationalError",)), "AD200"),
        (Facts(sidecars={"alpine:3.24.2": ("a.b",)}, unreachable=("registry-1.docker.io",)), "AD211"),
    ],
)
def test_a_fact_is_one_finding(known, code, monkeypatch, tmp_path):
    monkeypatch.setattr("airflowkit.deploy.doctor.running.source.facts_of", lambda _request: known)
    assert [finding.code for finding in look(tmp_path, AIRFLOW).findings] == [code]


@pytest.mark.parametrize(
    ("known", "message"),
    [
        (Facts(pools={"db": ("a.b",)}, missing_pools=("db",)), "a.b names it, and it does not exist"),
        (Facts(pools={"db": ("a.b", "a.c")}, missing_pools=("db",)), "a.b, a.c name it, and it does not exist"),
        (
            Facts(connections={"db": ("a.b", "a.c")}, missing_connections=("db",)),
            "a.b, a.c name it, and it does not exist",
        ),
        (
            Facts(sidecars={"alpine:3.24.2": ("a.b", "a.c")}, unreachable=("registry-1.docker.io",)),
            "registry-1.docker.io does not answer from here, and a.b, a.c pull from it",
        ),
    ],
)
def test_one_task_names_a_thing_and_several_name_it(known, message, monkeypatch, tmp_path):
    monkeypatch.setattr("airflowkit.deploy.doctor.running.source.facts_of", lambda _request: known)
    assert [finding.message for finding in look(tmp_path, AIRFLOW).findings] == [message]


def test_an_airflow_that_cannot_be_asked_is_asked_once_for_all_examinations(tmp_path, monkeypatch):
    python, asked = tmp_path / "python", tmp_path / "asked"
    python.write_text(f"#!/bin/sh\necho asked >>{asked}\nexit 3\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "sqlite:////nowhere/airflow.db")
    (finding,) = look(tmp_path, AIRFLOW).findings
    assert (finding.code, finding.message) == ("AD200", "the process that asks Airflow ended with status 3")
    assert asked.read_text() == "asked\n"


def test_an_airflow_whose_configuration_is_elsewhere_is_one(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("AIRFLOW__DATABASE")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "home"))
    (tmp_path / "airflow.cfg").write_text("[database]\nsql_alchemy_conn = sqlite:////nowhere/airflow.db\n")
    monkeypatch.setenv("AIRFLOW_CONFIG", str(tmp_path / "airflow.cfg"))
    assert "/nowhere/airflow.db does not exist" in look(tmp_path, AIRFLOW).sources[0].absent


@pytest.mark.parametrize(
    ("image", "registry"),
    [
        ("alpine:3.24.2", "registry-1.docker.io"),
        ("library/alpine", "registry-1.docker.io"),
        ("docker.io/library/alpine", "registry-1.docker.io"),
        ("registry.example.com/alpine", "registry.example.com"),
        ("registry.example.com:5000/alpine", "registry.example.com:5000"),
        ("localhost/alpine:1", ""),
    ],
)
def test_the_registry_of_an_image(image, registry):
    assert facts.registry_of(image) == registry


def test_the_table_of_defects_names_public_issues():
    assert all(defect.issue.startswith("apache/airflow#") for defect in defects.DEFECTS)
    assert Path(defects.__file__).read_text().count("Defect(") == len(DEFECTS)
