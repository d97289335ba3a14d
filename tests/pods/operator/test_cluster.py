"""The trigger finds the cluster that the worker has found, on a machine that has nothing of the worker's."""

import asyncio
import base64
import json
import os
import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from kubernetes.client import Configuration

pytestmark = [
    pytest.mark.apiserver,
    pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning"),
    # kubernetes_asyncio leaves its sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


class Place:
    """A worker's machine: a folder for its files, its environment, and what the test server is."""

    def __init__(self, folder, monkeypatch, kubeconfig):
        self.folder, self.monkeypatch = folder, monkeypatch
        self.server = kubeconfig["clusters"][0]["cluster"]["server"]
        self.user = kubeconfig["users"][0]["user"]

    def certificates(self):
        """Return what the test server signs itself with."""
        command = ["openssl", "s_client", "-showcerts", "-connect", urlsplit(self.server).netloc]
        shown = subprocess.run(command, input="", capture_output=True, text=True, check=True).stdout
        return "\n".join(re.findall("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", shown, re.DOTALL))

    def kubeconfig(self, *, cluster=None, user=None):
        """Return a kubeconfig whose current context leads nowhere, and whose context `right` to the test server."""
        nowhere = {"server": "https://127.0.0.1:9", "certificate-authority": "absent.crt"}
        right = {"server": self.server, **({"insecure-skip-tls-verify": True} if cluster is None else cluster)}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "wrong",
            "clusters": [{"name": "wrong", "cluster": nowhere}, {"name": "right", "cluster": right}],
            "users": [{"name": "user", "user": self.user if user is None else user}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": "user"}} for name in ("wrong", "right")],
        }

    def write(self, name, content):
        file = self.folder / name
        file.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
        return str(file)

    def connection(self, **extra):
        value = json.dumps({"conn_type": "kubernetes", "extra": extra})
        self.monkeypatch.setenv("AIRFLOW_CONN_KUBERNETES_DEFAULT", value)

    def default_files(self, *files):
        """Say what $KUBECONFIG does: both clients read it when they are imported."""
        for module in ("kubernetes", "kubernetes_asyncio"):
            location = f"{module}.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION"
            self.monkeypatch.setattr(location, ":".join(files))
        self.monkeypatch.setenv("KUBECONFIG", ":".join(files))

    def in_cluster(self):
        """Be a pod, with what Kubernetes gives it to find its cluster."""
        account = {"SERVICE_TOKEN_FILENAME": self.user["token"], "SERVICE_CERT_FILENAME": self.certificates()}
        for name, content in account.items():
            file = self.write(f"account-{name}", content)
            for module in ("kubernetes", "kubernetes_asyncio"):
                self.monkeypatch.setattr(f"{module}.config.incluster_config.{name}", file)
        address = urlsplit(self.server)
        self.monkeypatch.setenv("KUBERNETES_SERVICE_HOST", address.hostname)
        self.monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(address.port))

    @contextmanager
    def triggerer(self):
        """Be a machine that has none of the worker's files, but for a pod's own."""
        for file in self.folder.iterdir():
            if not file.name.startswith("account-"):
                file.unlink()
        self.default_files("/nowhere")
        self.monkeypatch.delenv("AIRFLOW_CONN_KUBERNETES_DEFAULT", raising=False)
        yield


def the_operators_file(place):
    return {"config_file": place.write("config", place.kubeconfig()), "cluster_context": "right"}


def the_default_file(place):
    place.default_files(place.write("config", place.kubeconfig()))
    return {"cluster_context": "right"}


def several_default_files(place):
    whole = place.kubeconfig()
    parts = {
        "first": {**whole, "users": [], "clusters": whole["clusters"][:1]},
        "second": {"clusters": whole["clusters"][1:], "users": whole["users"]},
    }
    place.default_files("/nowhere/config", *(place.write(name, part) for name, part in parts.items()))
    return {"cluster_context": "right"}


def the_connections_path(place):
    place.connection(kube_config_path=place.write("config", place.kubeconfig()), cluster_context="right")
    return {}


def the_connections_path_beside_a_default_file(place):
    place.default_files(place.write("other", place.kubeconfig(user={"token": "wrong"})))
    return the_connections_path(place)


def the_connections_content(place):
    place.connection(kube_config=place.kubeconfig())
    return {"cluster_context": "right"}


def the_connections_content_as_text(place):
    place.connection(extra__kubernetes__kube_config=json.dumps(place.kubeconfig()))
    return {"cluster_context": "right"}


def a_form_that_was_saved_empty(place):
    place.connection(kube_config_path="", kube_config="", namespace="", in_cluster=False)
    return the_default_file(place)


def certificates_in_files(place):
    place.write("ca.crt", place.certificates())
    config = place.kubeconfig(cluster={"certificate-authority": "ca.crt"})
    return {"config_file": place.write("config", config), "cluster_context": "right"}


def a_token_in_a_file(place):
    place.write("token", place.user["token"])
    config = place.kubeconfig(user={"tokenFile": "token"})
    return {"config_file": place.write("config", config), "cluster_context": "right"}


def a_connection_that_trusts_every_certificate(place):
    data = base64.b64encode(b"").decode()
    config = place.kubeconfig(cluster={"certificate-authority-data": data})
    place.connection(kube_config_path=place.write("config", config), disable_verify_ssl=True)
    return {"cluster_context": "right"}


def in_its_own_cluster(place):
    place.in_cluster()
    return {}


def in_its_own_cluster_beside_a_default_file(place):
    place.in_cluster()
    place.default_files(place.write("config", place.kubeconfig()))
    return {}


def in_cluster_by_argument(place):
    return {**in_its_own_cluster_beside_a_default_file(place), "in_cluster": True}


def in_cluster_by_connection(place):
    place.connection(in_cluster=True, kube_config_path="")
    return in_its_own_cluster_beside_a_default_file(place)


WAYS = [
    the_operators_file,
    the_default_file,
    several_default_files,
    the_connections_path,
    the_connections_path_beside_a_default_file,
    the_connections_content,
    the_connections_content_as_text,
    a_form_that_was_saved_empty,
    certificates_in_files,
    a_token_in_a_file,
    a_connection_that_trusts_every_certificate,
    in_its_own_cluster,
    in_its_own_cluster_beside_a_default_file,
    in_cluster_by_argument,
    in_cluster_by_connection,
]


@pytest.fixture
def place(tmp_path, monkeypatch, airflow_db):
    kubeconfig = yaml.safe_load(Path(os.environ["KUBECONFIG"]).read_text())
    place = Place(tmp_path, monkeypatch, kubeconfig)
    before = Configuration._default
    place.default_files("/nowhere")
    monkeypatch.delenv("KUBECONFIG")
    yield place
    Configuration.set_default(before)
    shutil.rmtree(tmp_path)


def deferred(keywords):
    """Return the trigger's keywords as a worker would leave them in the database, once it has reached the cluster."""
    from airflow.providers.common.compat.sdk import TaskDeferred
    from kubernetes.client import models as k8s

    from airflowkit.pods.operator.operator import CheckedPodOperator

    operator = CheckedPodOperator(task_id="pod", image="orders:1", deferrable=True, **keywords)
    operator.client.list_namespaced_pod("default")
    operator.pod = k8s.V1Pod(metadata=k8s.V1ObjectMeta(name="absent", namespace="default"), spec=None)
    with pytest.raises(TaskDeferred) as raised:
        operator.invoke_defer_method()
    return json.loads(json.dumps(raised.value.trigger.serialize()[1], default=str))


async def asked(keywords):
    """Return what the cluster answers a triggerer that asks for the pod."""
    from kubernetes_asyncio.client import ApiException

    from airflowkit.pods.operator.trigger import WatchfulPodTrigger

    try:
        await WatchfulPodTrigger(**keywords).hook.get_pod("absent", "default")
    except ApiException as error:
        return error.status


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_deferred_pod_is_found_wherever_the_worker_found_its_cluster(place, way):
    keywords = deferred(way(place))
    with place.triggerer():
        assert asyncio.run(asked(keywords)) == 404  # no such pod, says the right cluster
        assert asyncio.run(asked(keywords)) == 404  # and to the next triggerer
