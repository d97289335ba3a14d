import configparser
import functools
import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from airflowkit.deploy.values.airflow_options import variable
from airflowkit.deploy.values.conversion import convert
from airflowkit.deploy.values.environment import Variable, container_environment, dags_folder, resolved
from airflowkit.deploy.values.git_sync import git_sync_environment
from airflowkit.deploy.values.reading import read_values
from airflowkit.errors import ValuesError
from deploy.values.charts import CHART, HELM, needs_helm, needs_schema, schema_errors

HERE = Path(__file__).parent
GOOD = yaml.safe_load((HERE / "good.yaml").read_text())
CONTAINERS = {
    "scheduler": "scheduler",
    "apiServer": "api-server",
    "dagProcessor": "dag-processor",
    "triggerer": "triggerer",
    "workers.celery": "worker",
}


def test_config_env_secret_and_extra_env_become_variables():
    environment = container_environment(GOOD, "scheduler")
    assert environment["AIRFLOW__API__BASE_URL"].value == "https://airflow.example.com"
    assert environment["AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL"].value == "60"
    assert environment["PYTHONPATH"].value == "/opt/airflow/dags/repo"
    assert environment["AIRFLOW_CONN_WASB_DEFAULT"].secret == ("airflow-connections", "AIRFLOW_CONN_WASB_DEFAULT")
    assert environment["AIRFLOW__METRICS__STATSD_HOST"].field == "status.hostIP"
    assert environment["AIRFLOW__CORE__FERNET_KEY"].secret == ("airflow-fernet-key", "fernet-key")
    assert environment["AIRFLOW__CORE__DAGS_FOLDER"].value == "/opt/airflow/dags/repo/dags"


@pytest.mark.parametrize(
    ("component", "has"),
    [("scheduler", True), ("apiServer", True), ("workers.kubernetes", False), ("triggerer", False)],
)
def test_only_those_that_issue_tokens_get_the_key_for_them(component, has):
    assert ("AIRFLOW__API_AUTH__JWT_SECRET" in container_environment(GOOD, component)) is has


def test_a_containers_own_variables_win_over_those_for_all_and_these_over_config():
    values = {
        "config": {"core": {"parallelism": 1, "max_active_tasks_per_dag": 1}},
        "env": [{"name": "AIRFLOW__CORE__PARALLELISM", "value": "2"}],
        "scheduler": {"env": [{"name": "AIRFLOW__CORE__PARALLELISM", "value": "3"}]},
    }
    assert container_environment(values, "scheduler")["AIRFLOW__CORE__PARALLELISM"].value == "3"
    assert container_environment(values, "triggerer")["AIRFLOW__CORE__PARALLELISM"].value == "2"
    assert container_environment(values, "triggerer")["AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG"].value == "1"


def test_a_worker_pod_runs_its_task_itself():
    assert container_environment(GOOD, "workers.kubernetes")["AIRFLOW__CORE__EXECUTOR"].value == "LocalExecutor"


@pytest.mark.parametrize(
    ("dags", "folder"),
    [
        ({}, "/opt/airflow/dags"),
        ({"mountPath": "/dags"}, "/dags"),
        ({"gitSync": {"enabled": True, "subPath": "src/dags"}}, "/opt/airflow/dags/repo/src/dags"),
        ({"gitSync": {"enabled": True, "subPath": ""}}, "/opt/airflow/dags/repo"),
        ({"gitSync": {"enabled": True}, "mountPath": "/dags"}, "/dags/repo/tests/dags"),
    ],
)
def test_where_dags_are(dags, folder):
    assert dags_folder({"dags": dags}) == folder


def test_variables_are_resolved_as_the_kubelet_does():
    variables = {
        "A": Variable("A", "b"),
        "S": Variable("S", secret=("x", "y")),
        "H": Variable("H", field="status.hostIP"),
    }
    assert resolved(variables, {"x": {"y": "z"}}, {"status.hostIP": "10.0.0.1"}) == {
        "A": "b",
        "S": "z",
        "H": "10.0.0.1",
    }
    with pytest.raises(ValuesError, match="S: there is no Secret x with the key y"):
        resolved(variables, {"x": {}}, {"status.hostIP": "10.0.0.1"})


def test_what_only_helm_can_render_is_said_and_an_escaped_brace_is_itself():
    escaped = {"config": {"core": {"x": '{{ "{{" }} ds }}'}}}
    assert container_environment(escaped, "scheduler")["AIRFLOW__CORE__X"].value == "{{ ds }}"
    with pytest.raises(ValuesError, match="only Helm can render"):
        container_environment({"config": {"core": {"x": "{{ .Release.Name }}"}}}, "scheduler")


@needs_schema
def test_the_values_for_a_bundle_pass_the_schema():
    assert schema_errors(yaml.safe_load((HERE / "bundle.yaml").read_text())) == []


CONVERTED = ("official-2021", "official-2022-keda", "official-2025")
OF_OTHERS = {"kerberos", "elasticsearch", "elasticsearch_configs", "traces", "webserver", "kubernetes_executor"}
"""Sections of airflow.cfg for what is not on, for Airflow 2, or for the pods of KubernetesExecutor."""
OF_NO_CONSEQUENCE = {
    "celery_kubernetes_executor.kubernetes_queue",
    "celery.flower_url_prefix",
    "celery.sync_parallelism",
    "metrics.otel_host",
    "metrics.otel_on",
    "metrics.otel_port",
    "scheduler.standalone_dag_processor",
    "core.executor",
}


def values_named(name):
    path = HERE / f"{name}.yaml"
    if name not in CONVERTED:
        return yaml.safe_load(path.read_text()) if name != "good" else GOOD
    return convert(read_values((HERE / "old" / path.name).read_bytes(), name)).values


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """What Helm makes of values, by their name."""

    @functools.cache
    def render(name):
        file = tmp_path_factory.mktemp("values") / "values.yaml"
        file.write_text(yaml.safe_dump(values_named(name)))
        command = [HELM, "template", "airflow", CHART, "--values", str(file)]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return [manifest for manifest in yaml.load_all(output, yaml.CSafeLoader) if manifest]

    return render


@needs_helm
@pytest.mark.parametrize("name", ["good", "bundle", *CONVERTED])
def test_the_variables_are_those_that_helm_renders(name, rendered):
    values = values_named(name)
    found = set()
    for manifest in rendered(name):
        for component, container in CONTAINERS.items():
            if manifest["kind"] in {"Deployment", "StatefulSet"}:
                found |= {component} if compare(manifest, values, component, container) else set()
    assert {"scheduler", "apiServer", "dagProcessor"} <= found


@needs_helm
@pytest.mark.parametrize("name", ["good", "bundle", *CONVERTED])
def test_what_helm_writes_into_the_configuration_is_in_the_variables(name, rendered):
    (text,) = [it["data"]["airflow.cfg"] for it in rendered(name) if "airflow.cfg" in it.get("data", {})]
    config = configparser.ConfigParser(interpolation=None)
    config.read_string(text)
    written = {f"{section}.{option}": value for section in config for option, value in config[section].items()}
    values = values_named(name)
    ours = container_environment(values, "scheduler")
    of_containers = set(re.findall(r"AIRFLOW__\w+", f"{values.get('env')} {values.get('extraEnv')}"))
    for option, value in written.items():
        of_consequence = option.partition(".")[0] not in OF_OTHERS and option not in OF_NO_CONSEQUENCE
        if of_consequence and variable(option) not in of_containers:
            assert as_data(ours[variable(option)].value) == as_data(value), option


def as_data(text):
    return json.loads(text) if text.startswith("[{") else text


@needs_helm
@pytest.mark.parametrize("once", [True, False])
@pytest.mark.parametrize("name", ["good", *CONVERTED])
def test_the_variables_of_git_sync_are_those_that_helm_renders(name, once, rendered):
    values = values_named(name)
    pods = [it["spec"]["template"]["spec"] for it in rendered(name) if it["kind"] in {"Deployment", "StatefulSet"}]
    containers = [each for pod in pods for each in pod.get("initContainers" if once else "containers", [])]
    found = [each for each in containers if each["name"] == ("git-sync-init" if once else "git-sync")]
    assert bool(found) is bool(values.get("dags", {}).get("gitSync", {}).get("enabled"))
    for container in found:
        assert git_sync_environment(values, once=once) == {it["name"]: as_variable(it) for it in container["env"]}


def compare(manifest, values, component, name):
    containers = manifest["spec"]["template"]["spec"]["containers"]
    container = next((each for each in containers if each["name"] == name), None)
    if container is None:
        return False
    rendered = {each["name"]: as_variable(each) for each in container["env"]}
    ours = container_environment(values, component)
    from_config = {key for key in ours if key not in rendered}
    known_to_helm = {key: each for key, each in rendered.items() if not key.startswith(("DUMB_INIT", "KEDA_"))}
    assert {key: ours.get(key) for key in known_to_helm} == known_to_helm
    assert all(not ours[key].secret for key in from_config)
    return True


def as_variable(entry):
    source = entry.get("valueFrom", {})
    if "secretKeyRef" in source:
        return Variable(entry["name"], secret=(source["secretKeyRef"]["name"], source["secretKeyRef"]["key"]))
    if "fieldRef" in source:
        return Variable(entry["name"], field=source["fieldRef"]["fieldPath"])
    return Variable(entry["name"], entry.get("value", ""))
