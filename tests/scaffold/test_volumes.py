"""The volumes of a new repository on a real API server, and on a real node."""

import json
import os
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest
import yaml

from scaffold.conftest import documents_of, files_of

pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS request")  # the test cluster's certificate is its own


def kubectl(*command, given=""):
    program = shutil.which("kubectl") or str(Path(os.environ.get("K8S_HOME", "")) / "bin/kubectl")
    result = subprocess.run([program, *command], input=given, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture
def namespace():
    """A namespace of its own, and no volume of it afterwards."""
    name = f"new-repo-{uuid.uuid4().hex[:8]}"
    kubectl("create", "namespace", name)
    yield name
    kubectl("delete", "namespace", name, "--wait=false")
    for kind in ("dags", "logs", "data"):
        kubectl("delete", "persistentvolume", f"{name}-airflow-{kind}", "--wait=false", "--ignore-not-found")


@pytest.mark.apiserver
@pytest.mark.parametrize("path", ["deploy/volumes.yaml", "deploy/rbac.yaml"])
def test_the_api_server_takes_the_manifests(new, namespace, path):
    repo = new(dags="volume", data_volume=True, namespace=namespace, pod_namespaces=("default",))
    kubectl("apply", "--dry-run=server", "--validate=strict", "--filename=-", given=files_of(repo)[path])


@pytest.mark.apiserver
def test_the_kustomization_has_the_values_of_the_release(new, namespace, tmp_path):
    repo = new(deploy="flux", namespace=namespace, pod_namespaces=("default",))
    for name in ("kustomization", "flux", "rbac", "values"):
        (tmp_path / f"{name}.yaml").write_text(files_of(repo)[f"deploy/{name}.yaml"])
    objects = list(yaml.safe_load_all(kubectl("kustomize", str(tmp_path))))
    (values,) = [it for it in objects if it["kind"] == "ConfigMap"]
    (release,) = [it for it in objects if it["kind"] == "HelmRelease"]
    assert values["metadata"]["name"] == release["spec"]["valuesFrom"][0]["name"]
    assert values["metadata"]["namespace"] == release["metadata"]["namespace"] == namespace
    assert values["data"]["values.yaml"] == files_of(repo)["deploy/values.yaml"]
    assert {it["metadata"]["namespace"] for it in objects if it["kind"] == "Role"} == {"default"}


@pytest.mark.slow
@pytest.mark.cluster
def test_each_claim_binds_to_its_own_volume_and_airflow_can_write_to_it(new, namespace):
    """Claims that are there before would take any volume that fits, were it not for `claimRef`."""
    repo = new(dags="volume", data_volume=True, namespace=namespace)
    thief = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "thief", "namespace": namespace},
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "resources": {"requests": {"storage": "1Gi"}},
            "storageClassName": "",
        },
    }
    kubectl("apply", "--filename=-", given=json.dumps(thief))
    kubectl("apply", "--filename=-", given=files_of(repo)["deploy/volumes.yaml"])
    claims = [it for it in documents_of(repo, "deploy/volumes.yaml") if it["kind"] == "PersistentVolumeClaim"]
    for claim in claims:
        name = claim["metadata"]["name"]
        kubectl("wait", "--for=jsonpath={.status.phase}=Bound", f"pvc/{name}", "-n", namespace, "--timeout=60s")
        bound = json.loads(kubectl("get", f"pvc/{name}", "-n", namespace, "-o", "json"))
        assert bound["spec"]["volumeName"] == f"{namespace}-{name}"
    assert json.loads(kubectl("get", "pvc/thief", "-n", namespace, "-o", "json"))["status"]["phase"] == "Pending"
    kubectl("wait", "--for=condition=Complete", "job/airflow-volumes", "-n", namespace, "--timeout=120s")
    kubectl("apply", "--filename=-", given=json.dumps(_airflow_like_pod(namespace)))
    kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/writer", "-n", namespace, "--timeout=120s")


def _airflow_like_pod(namespace):
    """Return a pod of the user that Airflow's containers have, which writes to the claims."""
    container = {
        "name": "writer",
        "image": "busybox:1.37",
        "command": ["sh", "-euc", "echo x > /volumes/logs/x; echo x > /volumes/data/x"],
        "volumeMounts": [{"name": name, "mountPath": f"/volumes/{name}"} for name in ("logs", "data")],
    }
    volumes = [{"name": name, "persistentVolumeClaim": {"claimName": f"airflow-{name}"}} for name in ("logs", "data")]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "writer", "namespace": namespace},
        "spec": {
            "restartPolicy": "Never",
            "securityContext": {"runAsUser": 50000, "runAsGroup": 0},
            "containers": [container],
            "volumes": volumes,
        },
    }
