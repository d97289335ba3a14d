"""The local Kubernetes API over HTTP, as the Kubernetes client and other clients call it."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest
import websocket
from kubernetes import client, config, watch
from kubernetes.client.exceptions import ApiException
from kubernetes.stream import stream

from airflowkit.local.apiserver.server import LocalCluster
from airflowkit.local.apiserver.store import PodStore
from airflowkit.local.fake.clock import Clock
from airflowkit.local.fake.outcomes import Failed, ImagePullBackOff, Succeeded, Unschedulable
from airflowkit.local.fake.scripted import ScriptedKubelet

PODS = "/api/v1/namespaces/team/pods"
XCOM = "if [ -s /airflow/xcom/return.json ]; then cat /airflow/xcom/return.json; fi"


def manifest(name, *containers):
    specs = [{"name": each, "image": "orders:1"} for each in containers or ("base",)]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": specs}}


@pytest.fixture(scope="module")
def kubeconfig(tmp_path_factory):
    file = tmp_path_factory.mktemp("cluster") / "kubeconfig.json"
    clock = Clock()
    outcomes = {
        "failing": Failed(3, logs=["begins", "no such day"]),
        "missing": ImagePullBackOff(),
        "pushing": Succeeded(logs=["done"], xcom={"rows": 7}),
        "waiting": Unschedulable("no node"),
    }
    store = PodStore(lambda *_: None)
    kubelet = ScriptedKubelet(
        store, lambda pod: outcomes.get(pod.name, Succeeded()), clock, lambda *_: None, lambda _: clock.move_to(0)
    )
    with LocalCluster(store, kubelet, file):
        yield file, clock


@pytest.fixture(scope="module")
def api(kubeconfig):
    loaded = client.Configuration()
    config.load_kube_config(str(kubeconfig[0]), client_configuration=loaded)
    with client.ApiClient(loaded) as connection:
        yield client.CoreV1Api(connection)
        connection.rest_client.pool_manager.clear()


@pytest.fixture(scope="module")
def finished(api, kubeconfig):
    """Create a pod, let it come to its end, and return it."""

    def finished(name, *containers):
        api.create_namespaced_pod("team", manifest(name, *containers))
        kubeconfig[1].move_to(kubeconfig[1].time() + 60)
        return api.read_namespaced_pod(name, "team")

    return finished


@pytest.fixture(scope="module")
def access(kubeconfig):
    """The server's URL and the run's token."""
    loaded = json.loads(kubeconfig[0].read_text())
    return loaded["clusters"][0]["cluster"]["server"], loaded["users"][0]["user"]["token"]


@pytest.fixture(scope="module")
def opened(access):
    """Send a request, and return the open response."""

    def opened(path, method="GET", body=None, token=access[1]):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return urllib.request.urlopen(
            urllib.request.Request(f"{access[0]}{path}", body, headers, method=method), timeout=60
        )

    return opened


@pytest.fixture(scope="module")
def answer(opened):
    """Send a request, and return the status and the body."""

    def answer(*request, **options):
        try:
            with opened(*request, **options) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())["message"]

    return answer


def test_a_failed_pod_has_its_state_its_log_and_its_events(api, finished, answer):
    pod = finished("failing")
    ended = pod.status.container_statuses[0].state.terminated
    assert (pod.status.phase, ended.exit_code, ended.reason) == ("Failed", 3, "Error")
    log = f"{PODS}/failing/log"
    assert answer(log) == (200, "begins\nno such day\n")
    assert answer(f"{log}?tailLines=1&sinceSeconds=3600") == (200, "no such day\n")
    assert answer(f"{log}?timestamps=true&follow=1")[1].count("T") == 2
    events = api.list_namespaced_event("team", field_selector="involvedObject.name=failing").items
    assert [event.reason for event in events] == ["Scheduled", "Pulling", "Pulled", "Created", "Started"]


def test_an_image_that_is_not_there_leaves_the_pod_waiting(finished):
    waiting = finished("missing").status.container_statuses[0].state.waiting
    assert waiting.reason == "ImagePullBackOff"
    assert "orders:1" in waiting.message


def test_an_unschedulable_pod_has_no_node_and_says_why(finished):
    pod = finished("waiting")
    assert (pod.spec.node_name, pod.status.conditions[0].message) == (None, "no node")


@pytest.fixture
def run(api):
    """Run a shell command in a pod's sidecar; return its output and exit code."""

    def run(name, command):
        shell = stream(
            api.connect_get_namespaced_pod_exec,
            name,
            "team",
            container="airflow-xcom-sidecar",
            command=["/bin/sh", "-c", command],
            stdout=True,
            _preload_content=False,
        )
        shell.run_forever(timeout=20)
        shell.sock.shutdown()
        return shell.read_stdout(timeout=0), shell.returncode

    return run


def test_the_sidecar_hands_over_the_xcom_and_ends_when_it_is_stopped(api, run, finished):
    pod = finished("pushing", "base", "airflow-xcom-sidecar")
    assert pod.status.container_statuses[1].state.running
    assert run("pushing", XCOM) == ('{"rows": 7}\n', 0)
    assert run("pushing", "kill -2 1") == ("", 0)
    assert api.read_namespaced_pod("pushing", "team").status.phase == "Succeeded"


def test_a_process_in_a_container_that_has_ended_is_refused(access, finished):
    finished("over")
    server, token = access
    url = f"{server.replace('http', 'ws')}{PODS}/over/exec?command=true"
    with (
        socket.create_connection(("127.0.0.1", urlsplit(server).port)) as plain,
        pytest.raises(websocket.WebSocketBadStatusException, match="container 'base' is not running"),
    ):
        websocket.create_connection(url, socket=plain, header=[f"Authorization: Bearer {token}"])


def test_a_watch_gives_the_events_there_are_and_those_to_come(opened, finished):
    finished("seen")
    names = []
    with opened("/api/v1/namespaces/team/events?watch=true&timeoutSeconds=60") as lines:
        while "coming" not in names:
            names.append(json.loads(lines.readline())["object"]["involvedObject"]["name"])
            if names.count("seen") == 5 and names[-1] == "seen":
                finished("coming")
    assert names.index("seen") < names.index("coming")


def test_a_watch_ends_after_its_time(api, finished):
    finished("watched")
    of_one = {"field_selector": "involvedObject.name=watched", "timeout_seconds": 1}
    reasons = [event["object"].reason for event in watch.Watch().stream(api.list_namespaced_event, "team", **of_one)]
    assert reasons == ["Scheduled", "Pulling", "Pulled", "Created", "Started"]


def test_a_deleted_pod_is_gone(api, finished):
    finished("deleted")
    api.delete_namespaced_pod("deleted", "team", grace_period_seconds=0)
    with pytest.raises(ApiException, match='pods \\\\"deleted\\\\" not found'):
        api.read_namespaced_pod("deleted", "team")


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_request_without_the_runs_token_is_refused(answer, token):
    assert answer(PODS, token=token) == (401, "Unauthorized")


@pytest.mark.parametrize(
    ("path", "method", "body", "status", "message"),
    [
        (PODS, "POST", b"{", 400, "the body is not valid JSON"),
        (PODS, "POST", b"[]", 400, "the body is not a JSON object"),
        (PODS, "POST", b"{}", 400, "a pod needs metadata.name and spec.containers"),
        (PODS, "POST", json.dumps(manifest("known")).encode(), 409, 'pods "known" already exists'),
        (f"{PODS}/nobody", "GET", None, 404, 'pods "nobody" not found'),
        (f"{PODS}/known/log?container=x", "GET", None, 400, "container x is not valid for pod known"),
        (f"{PODS}/known/log?tailLines=x", "GET", None, 400, "tailLines: Invalid value: 'x': must be a whole number"),
        (f"{PODS}/known/log?tailLines=-1", "GET", None, 400, "tailLines: Invalid value: '-1'"),
        (f"{PODS}/known/log?sinceSeconds=1e9", "GET", None, 400, "sinceSeconds: Invalid value"),
        (f"{PODS}/known/log?sinceSeconds={10**12}", "GET", None, 400, "sinceSeconds: Invalid value"),
        (f"{PODS}/known?gracePeriodSeconds=soon", "DELETE", None, 400, "gracePeriodSeconds: Invalid value: 'soon'"),
        ("/api/v1/namespaces/team/events?watch=1&timeoutSeconds=x", "GET", None, 400, "timeoutSeconds: Invalid value"),
        ("/api/v1/namespaces/team/events?resourceVersion=x", "GET", None, 400, "resourceVersion: Invalid value"),
        (f"{PODS}?labelSelector=a%3D%3D%3Db", "GET", None, 400, ""),
        ("/api/v1/nodes", "GET", None, 404, "the local run does not serve /api/v1/nodes"),
    ],
)
def test_a_wrong_request_is_answered_in_the_apis_way(answer, finished, path, method, body, status, message):
    if answer(f"{PODS}/known")[0] == 404:
        finished("known")
    code, said = answer(path, method, body)
    assert (code, said[: len(message)]) == (status, message)
