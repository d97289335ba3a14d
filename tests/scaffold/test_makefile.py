"""The commands of a new repository's Makefile, on a real cluster."""

import json
import subprocess
import uuid

import pytest

from scaffold.conftest import files_of

pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS request")  # the test cluster has its own certificate


def component(kind, image):
    """Return a component of a release, which gives up on its pods after some seconds."""
    labels = {"release": "airflow", "component": "scheduler"}
    container = {"name": "main", "image": image, "command": ["sleep", "1000"]}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [container], "terminationGracePeriodSeconds": 0}}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": pod}
    spec |= {"progressDeadlineSeconds": 5} if kind == "Deployment" else {"serviceName": "none"}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "scheduler", "labels": labels}, "spec": spec}


@pytest.fixture
def make(new, tmp_path):
    """Run a target in a namespace of its own."""
    namespace = f"makefile-{uuid.uuid4().hex[:8]}"
    (tmp_path / "Makefile").write_text(files_of(new(namespace=namespace))["Makefile"])
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "values.yaml").touch()

    def run(*target, manifest=None):
        if manifest:
            command = ["kubectl", "apply", "--namespace", namespace, "--filename=-"]
            subprocess.run(command, input=json.dumps(manifest), text=True, check=True)
        return subprocess.run(["make", *target], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)

    assert run("namespace").returncode == 0
    yield run
    subprocess.run(["kubectl", "delete", "namespace", namespace, "--wait=false"], check=True)


@pytest.mark.slow
@pytest.mark.cluster
def test_ready_waits_for_the_new_pods_of_an_upgrade_although_old_ones_are_available(make):
    """A deployment stays `Available` while its old pods serve, whatever becomes of the new ones."""
    assert make("ready", manifest=component("Deployment", "busybox:1.37")).returncode == 0
    result = make("ready", manifest=component("Deployment", "registry.example.com/not-there:2"))
    assert result.returncode != 0
    assert "progress deadline" in result.stderr


@pytest.mark.slow
@pytest.mark.cluster
def test_ready_waits_for_stateful_sets_too(make):
    """Redis is one, and so are Celery's workers with remote logs."""
    result = make("ready", manifest=component("StatefulSet", "busybox:1.37"))
    assert result.returncode == 0
    assert "new pods have been updated" in result.stdout
