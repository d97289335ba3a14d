"""The smallest Role lets a real operator run, under a service account that may do nothing else."""

import json
import time
from contextlib import suppress

import pytest
import yaml

from pods.dag_runs import QUICK, run_dag

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning"),
    # kubernetes_asyncio leaves its sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
NS = "contract-role-tests"
ACCOUNT = "worker"
RETURNS = ["sh", "-c", "echo '{\"rows\": 3}' > /airflow/xcom/return.json"]
TASKS = {
    "plain": {"cmds": ["true"], "get_logs": False},
    "log": {"cmds": ["echo", "loaded"], "get_logs": True},
    "xcom": {"cmds": RETURNS, "do_xcom_push": True},
    "deferrable": {"cmds": ["true"], "deferrable": True},
    "deferrable xcom": {"cmds": RETURNS, "do_xcom_push": True, "deferrable": True},
    "delete": {"cmds": ["true"], "on_finish_action": "delete_pod"},
    "keep": {"cmds": ["true"], "on_finish_action": "keep_pod"},
}


@pytest.fixture(scope="module", autouse=True)
def namespace():
    from kubernetes import client, config

    config.load_kube_config()
    core = client.CoreV1Api()
    with suppress(client.ApiException):
        core.create_namespace({"metadata": {"name": NS}})
    with suppress(client.ApiException):
        core.create_namespaced_service_account(NS, {"metadata": {"name": ACCOUNT}})
    yield
    core.delete_namespace(NS)


@pytest.fixture
def account(tmp_path, monkeypatch):
    """A function that gives the account a Role and nothing else, and has everything here run as it."""
    from kubernetes import client, config

    config.load_kube_config()
    core, rbac = client.CoreV1Api(), client.RbacAuthorizationV1Api()

    def be(role):
        name = role["metadata"]["name"]
        for delete in (rbac.delete_namespaced_role, rbac.delete_namespaced_role_binding):
            with suppress(client.ApiException):
                delete(name, NS)
        rbac.create_namespaced_role(NS, role)
        subjects = [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": NS}]
        reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
        rbac.create_namespaced_role_binding(
            NS, {"metadata": {"name": name}, "roleRef": reference, "subjects": subjects}
        )
        token = core.create_namespaced_service_account_token(ACCOUNT, NS, {"spec": {}}).status.token
        cluster = {"server": core.api_client.configuration.host, "insecure-skip-tls-verify": True}
        kubeconfig = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "x",
            "clusters": [{"name": "x", "cluster": cluster}],
            "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
            "users": [{"name": "x", "user": {"token": token}}],
        }
        path = tmp_path / "kubeconfig"
        path.write_text(yaml.safe_dump(kubeconfig))
        # The client has read $KUBECONFIG when it was imported. The node can pull nothing: it has this sidecar's image.
        extra = {"kube_config_path": str(path), "xcom_sidecar_container_image": QUICK["image"]}
        monkeypatch.setenv("AIRFLOW_CONN_KUBERNETES_DEFAULT", json.dumps({"conn_type": "kubernetes", "extra": extra}))
        monkeypatch.delenv("KUBECONFIG")
        time.sleep(2)  # the API server's authorizer learns of a Role by a watch

    yield be
    monkeypatch.undo()
    config.load_kube_config()


def _operators():
    from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

    from airflowkit.pods.operator.operator import CheckedPodOperator

    return {"checked": CheckedPodOperator, "plain": KubernetesPodOperator}


def _role_of(task):
    from airflowkit.contract.collection import needs_of_task
    from airflowkit.contract.document import Contract

    (role,) = Contract.of([needs_of_task(task)]).roles
    return role


@pytest.mark.parametrize("kind", ["checked", "plain"])
@pytest.mark.parametrize("what", TASKS)
def test_the_smallest_role_suffices(airflow_db, account, capfd, kind, what):
    def build():
        account(_role_of(_operators()[kind](task_id="pod", **QUICK | TASKS[what] | {"namespace": NS})))

    run = run_dag(airflow_db, f"role_{kind}_{what.replace(' ', '_')}", build)
    assert run.states == {"pod": "success"}
    assert "orbidden" not in "".join(capfd.readouterr())
    if "xcom" in what:
        assert run.xcoms["pod", "return_value"] == {"rows": 3}


@pytest.mark.parametrize(
    ("resource", "what"), [("pods", "plain"), ("pods/log", "log"), ("pods/exec", "xcom"), ("events", "deferrable")]
)
def test_without_one_of_its_rules_it_does_not(airflow_db, account, capfd, resource, what):
    def build():
        role = _role_of(_operators()["checked"](task_id="pod", **QUICK | TASKS[what] | {"namespace": NS}))
        rules = [rule for rule in role["rules"] if rule["resources"] != [resource]]
        assert len(rules) < len(role["rules"])
        account({**role, "rules": rules})

    run = run_dag(airflow_db, f"no_role_{what}", build)
    assert run.states == {"pod": "failed"} or "orbidden" in "".join(capfd.readouterr())
