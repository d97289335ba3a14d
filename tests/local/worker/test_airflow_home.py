"""What of the user's Airflow reaches the run's own, and what does not."""

import json
from pathlib import Path

import pytest

from airflowkit.local.worker import airflow_home
from airflowkit.local.worker.airflow_home import environment

ELSEWHERE = {
    "conn_type": "kubernetes",
    "extra": {"kube_config_path": "/etc/real", "in_cluster": True, "namespace": "etl"},
}


@pytest.fixture
def variables(tmp_path):
    return lambda: environment(tmp_path / "airflow", tmp_path / "kubeconfig", tmp_path / "dags", verbose=False)


@pytest.mark.parametrize("given", [json.dumps(ELSEWHERE), "kubernetes://?kube_config_path=/etc/real", "", "{}"])
def test_no_connection_leads_to_a_real_cluster(monkeypatch, variables, given):
    monkeypatch.setenv("AIRFLOW_CONN_KUBERNETES_DEFAULT", given)
    connection = json.loads(variables()["AIRFLOW_CONN_KUBERNETES_DEFAULT"])
    assert set(connection["extra"]) <= {"namespace"}


def test_no_secrets_backend_is_asked(monkeypatch, variables):
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND", "example.Vault")
    assert "AIRFLOW__SECRETS__BACKEND" not in variables()


def test_the_page_names_every_variable_that_a_run_owns(monkeypatch, variables):
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "environment.md").read_text()
    theirs = {name: f"mine-{name}" for name in airflow_home._DROPPED | variables().keys() if name.startswith("AIRFLOW")}
    for name, value in theirs.items():
        monkeypatch.setenv(name, value)
    kept = variables()
    owned = {name for name, value in theirs.items() if kept.get(name) != value} - {"AIRFLOW_HOME"}
    assert len(owned) > 10
    assert not [name for name in owned if name.removesuffix("_CMD").removesuffix("_SECRET") not in page]


def test_any_other_setting_of_the_user_holds(monkeypatch, variables, tmp_path):
    monkeypatch.setenv("AIRFLOW__CORE__PLUGINS_FOLDER", str(tmp_path / "mine"))
    monkeypatch.setenv("AIRFLOW__CORE__DEFAULT_TIMEZONE", "Europe/Berlin")
    assert variables()["AIRFLOW__CORE__PLUGINS_FOLDER"] == str(tmp_path / "mine")
    assert variables()["AIRFLOW__CORE__DEFAULT_TIMEZONE"] == "Europe/Berlin"


def test_a_run_has_the_dag_folder_and_the_plugins_of_its_repository(monkeypatch, variables, tmp_path):
    monkeypatch.delenv("AIRFLOW__CORE__PLUGINS_FOLDER", raising=False)
    (tmp_path / "plugins").mkdir()
    assert variables()["AIRFLOW__CORE__DAGS_FOLDER"] == str(tmp_path / "dags")
    assert variables()["AIRFLOW__CORE__PLUGINS_FOLDER"] == str(tmp_path / "plugins")


def test_the_users_other_connections_stay(monkeypatch, variables):
    monkeypatch.setenv("AIRFLOW_CONN_MSTEAMS_WEBHOOK_URL", "{}")
    assert variables()["AIRFLOW_CONN_MSTEAMS_WEBHOOK_URL"] == "{}"


def test_nothing_of_the_users_home_is_used(monkeypatch, variables, tmp_path):
    monkeypatch.setenv("AIRFLOW_HOME", "/home/me/airflow")
    assert Path(variables()["AIRFLOW_HOME"]) == tmp_path / "airflow"


def test_a_pod_with_a_connection_of_its_own_stays_on_this_computer(run_locally, repository):
    """A connection that names a real cluster is not asked for it."""
    file = repository / "dags" / "own_connection.py"
    file.write_text(
        "from airflow.sdk import DAG\n"
        "from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator as Pod\n"
        "with DAG('own_connection', schedule=None):\n"
        "    Pod(task_id='pod', kubernetes_conn_id='production', image='busybox:1.37', cmds=['echo', 'here'])\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_PRODUCTION", json.dumps(ELSEWHERE))
        result, _ = run_locally("own_connection")
    file.unlink()
    assert (result.state, result.task("pod").log) == ("success", "here")
