"""`airflowkit doctor --contract`, and the rule that holds DAGs to what it keeps."""

import json
import os
from pathlib import Path

import pytest
import yaml

from airflowkit.settings import forget_settings
from airflows import for_this_airflow

DAG = """
from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
from airflow.sdk import DAG, task
from airflowkit import ClaimVolume, SecretEnv, pod_override, pod_task

with DAG("orders_daily", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(
        "extract",
        image="orders:1",
        namespace="etl",
        secrets=[SecretEnv("DB_PASSWORD", secret="orders-db", key="password")],
        image_pull_secrets=["regcred"],
        service_account_name="loader",
        priority_class_name="high",
        node_selector={"disk": "ssd"},
    )
    pod_task("load", image="orders:1", namespace="etl", volumes=[ClaimVolume("/data", claim="airflow-data")])
    KubernetesPodOperator(
        task_id="raw",
        image="orders:1",
        namespace="etl",
        secrets=[Secret("env", "TOKEN", "{{ params.secret }}", "token")],
        do_xcom_push=True,
        deferrable=True,
    )
    pod_task.partial("mapped", image="orders:1", namespace="etl").expand(
        secrets=[[SecretEnv("A", secret=name, key="a")] for name in ("first", "second")]
    )

    @task.kubernetes(image="python:3.12", namespace="etl", secrets=[Secret("env", None, "whole")])
    def convert(number):
        return number

    convert.expand(number=[1, 2])

    @task(executor_config=pod_override(secrets=[SecretEnv("B", secret="worker", key="b")]))
    def report():
        return 1

    report()
"""
NEEDS = [
    "  orders_daily.extract needs a Node with disk=ssd",
    "  orders_daily.extract needs PriorityClass high",
    "  orders_daily.report needs Secret worker, key b",
    "  orders_daily.load needs PersistentVolumeClaim airflow-data",
    "  orders_daily.mapped needs Secret first, key a",
    "  orders_daily.extract needs Secret orders-db, key password",
    "  orders_daily.mapped needs Secret second, key a",
    "  orders_daily.convert needs Secret whole",
    "  orders_daily.raw needs Secret {{ params.secret }}, key token (known only when the task runs)",
    "  orders_daily.extract needs ServiceAccount loader",
    "  orders_daily.extract needs image pull Secret regcred",
]
SILENT = """
from airflow.sdk import DAG


class Silent(Exception):
    def __str__(self):
        raise RuntimeError("no words")


raise Silent
"""
SECOND = """
from datetime import datetime

from airflow.sdk import DAG
from airflowkit import SecretEnv, pod_task

with DAG("sales", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task("load", image="sales:1", namespace="etl", secrets=[SecretEnv("A", secret="first", key="a")])
    pod_task("more", image="sales:1", namespace="etl", secrets=[SecretEnv("A", secret="new", key="a")])
"""


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "repository"
    (root / "dags").mkdir(parents=True)
    (root / "airflowkit.toml").write_text("")
    (root / "dags" / "orders.py").write_text(for_this_airflow(DAG))
    return root


def test_each_need_is_a_line_with_its_task(airflowkit, repository):
    shown = airflowkit("doctor", "--contract", cwd=repository)
    assert (shown.status, shown.stderr) == (0, "")
    lines = shown.stdout.splitlines()
    assert [line for line in lines if " need" in line] == NEEDS
    (role,) = [number for number, line in enumerate(lines) if line.startswith("The smallest Role in namespace etl")]
    assert lines[role + 1 :] == [
        "  events: list, watch",
        "  pods: create, delete, get, list, patch",
        "  pods/exec: create, get",
        "  pods/log: get",
    ]


def test_the_roles_are_for_kubectl_and_the_rest_for_programs(airflowkit, repository):
    (role,) = yaml.safe_load_all(airflowkit("doctor", "--contract", "--format", "yaml", cwd=repository).stdout)
    assert (role["kind"], role["metadata"]) == ("Role", {"name": "airflow-dag-pods", "namespace": "etl"})
    document = json.loads(airflowkit("doctor", "--contract", "--format", "json", cwd=repository).stdout)
    assert {"namespace": "etl", "kind": "Secret", "name": "orders-db", "key": "password"}.items() <= next(
        need for need in document["needs"] if need["name"] == "orders-db"
    ).items()


def test_dags_that_outgrow_the_kept_contract_are_found_until_it_is_written_again(airflowkit, repository):
    wrote = airflowkit("doctor", "--contract", "--write", cwd=repository)
    assert (wrote.status, wrote.stdout) == (0, "")
    assert wrote.stderr.startswith("wrote contract.json: 11 needs;")
    first = (repository / "contract.json").read_bytes()
    select = ("check", "--select", "AK611,AK612", "--format", "json")
    assert json.loads(airflowkit(*select, cwd=repository).stdout)["findings"] == []

    (repository / "dags" / "sales.py").write_text(for_this_airflow(SECOND))
    checked = airflowkit(*select, cwd=repository)
    (found,) = json.loads(checked.stdout)["findings"]
    assert checked.status == 1
    assert (found["code"], found["task_id"], found["line"]) == ("AK611", "more", 9)
    assert "needs Secret new, key a in namespace etl, which contract.json does not name" in found["message"]

    airflowkit("doctor", "--contract", "--write", cwd=repository)
    assert (repository / "contract.json").read_bytes() != first
    assert json.loads(airflowkit(*select, cwd=repository).stdout)["findings"] == []


def test_a_broken_contract_is_found_with_its_line(airflowkit, repository):
    (repository / "contract.json").write_text('{\n  "version": 1,\n  "needs": [\n    {"kind": "Secret"}\n  ]\n}\n')
    checked = airflowkit("check", "--select", "AK611,AK612", "--format", "json", cwd=repository)
    (found,) = json.loads(checked.stdout)["findings"]
    assert (found["code"], found["path"], found["line"]) == ("AK612", "contract.json", 4)
    assert found["message"] == "it has no name"


def test_a_contract_that_the_settings_name_and_that_is_not_there_is_found(airflowkit, repository):
    (repository / "airflowkit.toml").write_text('[check]\ncontract = "deploy/contrat.json"\n')
    forget_settings()
    checked = airflowkit("check", "--select", "AK612", "--format", "json", cwd=repository)
    (found,) = json.loads(checked.stdout)["findings"]
    assert "deploy/contrat.json, which does not exist" in found["message"]


def test_a_contract_that_is_not_whole_is_not_kept(airflowkit, repository):
    (repository / "dags" / "broken.py").write_text("from airflow import nothing_like_it  # dag\n")
    shown = airflowkit("doctor", "--contract", "--write", "--format", "json", cwd=repository)
    assert shown.status == 1
    assert len(json.loads(shown.stdout)["needs"]) == len(NEEDS)
    assert "broken.py cannot be imported" in shown.stderr
    assert "Traceback" not in shown.stderr
    assert not (repository / "contract.json").exists()


@pytest.mark.parametrize("option", ["--write", "--format=json", "--format=text"])
def test_where_no_dag_file_is_nothing_is_said_of_what_dags_need(airflowkit, tmp_path, option):
    shown = airflowkit("doctor", "--contract", option, cwd=tmp_path)
    assert shown.status == 2
    assert "no DAG file in the current folder; name the repository: airflowkit doctor PATH" in shown.stderr
    assert "need nothing" not in shown.stdout
    assert not (tmp_path / "contract.json").exists()


def test_a_file_whose_error_cannot_be_written_is_named_and_the_others_are_not_called_needless(airflowkit, tmp_path):
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "silent.py").write_text(SILENT)
    shown = airflowkit("doctor", "--contract", cwd=tmp_path)
    assert shown.status == 1
    assert shown.stdout == ""
    assert "silent.py cannot be imported" in shown.stderr
    assert "airflowkit itself failed" not in shown.stderr


def test_a_repository_without_pods_needs_nothing(airflowkit, tmp_path):
    (tmp_path / "dags").mkdir()
    (tmp_path / "airflowkit.toml").write_text("")
    shown = airflowkit("doctor", "--contract", cwd=tmp_path)
    assert (shown.status, shown.stdout) == (0, "The DAGs need nothing of the cluster.\n")
    assert airflowkit("doctor", "--contract", "--format", "yaml", cwd=tmp_path).stdout == ""


@pytest.mark.cluster
@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
@pytest.mark.parametrize("known", [True, False], ids=["forbidden", "unauthorized"])
def test_without_any_right_there_is_one_clear_message(airflowkit, repository, monkeypatch, known):
    from kubernetes import client, config

    config.load_kube_config()
    create = client.CoreV1Api().create_namespaced_service_account_token
    token = create("default", "default", {"spec": {}}).status.token if known else "nobodys-token"
    admin = yaml.safe_load(Path(os.environ["KUBECONFIG"]).read_text())
    admin["users"][0]["user"] = {"token": token}
    plain = repository.parent / "plain.kubeconfig"
    plain.write_text(yaml.safe_dump(admin))
    monkeypatch.setenv("KUBECONFIG", str(plain))
    shown = airflowkit("doctor", "--select", "cluster", "--format", "json", cwd=repository)
    assert shown.status == 1
    (found,) = json.loads(shown.stdout)["findings"]
    assert found["code"] == "AD300"
    assert "could not examine nodes" in found["message"]
    assert ("is forbidden" if known else "Unauthorized") in found["message"]
    assert "kubectl get secrets,configmaps" in found["hint"]
    assert "Traceback" not in shown.stderr


def test_without_a_cluster_there_is_nothing_to_compare(airflowkit, repository, monkeypatch, tmp_path):
    from kubernetes.config import kube_config

    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setattr(kube_config, "KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / "absent"))
    shown = airflowkit("doctor", "--select", "cluster", cwd=repository)
    assert shown.status == 1
    assert "there is no kubeconfig, and this is not a pod" in shown.stdout


def test_an_exported_cluster_is_judged_without_showing_a_value(airflowkit, repository):
    export = repository.parent / "cluster.yaml"
    items = [
        {"kind": "Secret", "metadata": {"name": "orders-db", "namespace": "etl"}, "data": {"user": "aHVudGVyMg=="}},
        {"kind": "ServiceAccount", "metadata": {"name": "loader", "namespace": "etl"}},
        {"kind": "Secret", "metadata": {"name": "regcred", "namespace": "etl"}, "type": "Opaque"},
        {"kind": "Node", "metadata": {"name": "n", "labels": {"disk": "ssd"}}},
        {"kind": "PriorityClass", "metadata": {"name": "high"}},
    ]
    export.write_text(yaml.safe_dump({"kind": "List", "items": items}))
    shown = airflowkit(
        "doctor", "--select", "cluster", "--cluster", str(export), "-n", "etl", "--format", "json", cwd=repository
    )
    found = [(it["code"], it["subject"]) for it in json.loads(shown.stdout)["findings"]]
    assert found == [
        ("AD301", "Secret first"),
        ("AD301", "Secret second"),
        ("AD301", "Secret whole"),
        ("AD301", "Secret worker"),
        ("AD302", "Secret orders-db"),
        ("AD306", "PersistentVolumeClaim airflow-data"),
        ("AD308", "image pull Secret regcred"),
    ]
    assert "aHVudGVyMg" not in shown.stdout + shown.stderr


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [password: hunter2", "not valid YAML"),
        ("", "is empty"),
        ("kind: Pod\nmetadata: {name: a}\n", "has no object that the DAGs could need"),
    ],
)
def test_a_file_that_is_no_export_is_one_message(airflowkit, repository, text, reason):
    export = repository.parent / "cluster.yaml"
    export.write_text(text)
    shown = airflowkit("doctor", "--select", "cluster", "--cluster", str(export), cwd=repository)
    assert shown.status == 1
    assert "AD300" in shown.stdout
    assert reason in shown.stdout
    assert "hunter2" not in shown.stdout + shown.stderr
