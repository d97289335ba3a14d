"""Record dead pods from a real cluster into `tests/pods/diagnostics/recorded/`: run it by hand, with KUBECONFIG set.

Each file holds what the diagnosis reads (pod, events, the log's end) without the machine's particulars.
"""

from __future__ import annotations

import json
import re
import sys
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RECORDED = Path(__file__).parent / "recorded"
NAMESPACE = "recorded"
IMAGE = "localhost/busybox:1"
MACHINE = {"uid", "resourceVersion", "managedFields", "hostIP", "hostIPs", "podIP", "podIPs", "containerID", "imageID"}
Pod = dict[str, Any]


def shell(script: str, **container: Any) -> Pod:
    return {"containers": [{"name": "base", "image": IMAGE, "command": ["sh", "-c", script], **container}]}


def base(**container: Any) -> Pod:
    return {"containers": [{"name": "base", "image": IMAGE, **container}]}


def with_others(script: str, *others: Pod, init: tuple[Pod, ...] = ()) -> Pod:
    """Return a pod with containers beside the base one, and before it."""
    pod = shell(script)
    return {"containers": [*pod["containers"], *others], "initContainers": list(init)}


def other(name: str, script: str, **container: Any) -> Pod:
    return {"name": name, "image": IMAGE, "command": ["sh", "-c", script], **container}


def limits(**resources: str) -> Pod:
    values = {key.replace("_", "-"): value for key, value in resources.items()}
    return {"requests": values, "limits": values}


def secret_env(name: str, key: str) -> list[Pod]:
    return [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": name, "key": key}}}]


def mounted(source: Pod) -> Pod:
    pod = shell("true", volumeMounts=[{"name": "data", "mountPath": "/data"}])
    return pod | {"volumes": [{"name": "data", **source}]}


FILL = "head -c 200m /dev/zero | tail"
WELL, BADLY, LATER = "echo done", "echo lost; exit 3", "sleep 3; echo done"
ALWAYS = {"restartPolicy": "Always"}
LOUD = "for i in 1 2 3; do echo line $i; done; echo ValueError: no such day; exit 3"
SLEEP = "trap 'exit 143' TERM; sleep 600 & wait"

PODS: dict[str, Pod] = {
    "out_of_memory": shell(FILL, resources=limits(memory="32Mi")),
    "exit_3": shell(LOUD),
    "exit_1_silent": shell("exit 1"),
    "exit_127_by_shell": shell("no-such-command"),
    "exit_126_by_shell": shell("/etc/passwd; exit 126"),
    "exit_137_by_itself": shell("sleep 99 & kill -9 $!; wait $!"),
    "exit_139": shell("sleep 99 & kill -SEGV $!; wait $!"),
    "exit_143": shell("sleep 99 & kill -TERM $!; wait $!"),
    "command_not_found": base(command=["no-such-command", "--now"]),
    "command_path_not_found": base(command=["/opt/no-such-command"]),
    "command_not_executable": base(command=["/etc/passwd"]),
    "command_is_a_folder": base(command=["/tmp"]),
    "working_dir_is_a_file": shell("true", workingDir="/bin/busybox/inside"),
    "init_failed": shell("true")
    | {"initContainers": [{"name": "migrate", "image": IMAGE, "command": ["sh", "-c", "echo no database; exit 4"]}]},
    "init_image": shell("true") | {"initContainers": [{"name": "migrate", "image": "127.0.0.1:5099/gone:1"}]},
    "image_not_found": base(image="127.0.0.1:5099/gone:1"),
    "image_forbidden": base(image="127.0.0.1:5099/private:1"),
    "image_unreachable": base(image="127.0.0.1:9/orders:1"),
    "image_unknown_host": base(image="registry.example.invalid/orders:1"),
    "image_name_invalid": base(image="Registry/Orders:1"),
    "image_never_pulled": base(image="localhost/absent:1", imagePullPolicy="Never"),
    "secret_missing": shell("true", env=secret_env("absent", "password")),
    "secret_key_missing": shell("true", env=secret_env("present", "absent")),
    "secret_missing_whole": shell("true", envFrom=[{"secretRef": {"name": "absent"}}]),
    "config_map_missing": shell("true", envFrom=[{"configMapRef": {"name": "absent"}}]),
    "config_map_key_missing": shell(
        "true", env=[{"name": "X", "valueFrom": {"configMapKeyRef": {"name": "present", "key": "absent"}}}]
    ),
    "secret_volume_missing": mounted({"secret": {"secretName": "absent"}}),
    "secret_volume_key_missing": mounted(
        {"secret": {"secretName": "present", "items": [{"key": "absent", "path": "x"}]}}
    ),
    "config_map_volume_missing": mounted({"configMap": {"name": "absent"}}),
    "claim_missing": mounted({"persistentVolumeClaim": {"claimName": "absent"}}),
    "claim_unbound": mounted({"persistentVolumeClaim": {"claimName": "unbound"}}),
    "root_forbidden": shell("true", securityContext={"runAsNonRoot": True}),
    "too_big": shell("true", resources=limits(memory="900Gi")),
    "no_node_selected": shell("true") | {"nodeSelector": {"accelerator": "nvidia"}},
    "deadline": shell(SLEEP) | {"activeDeadlineSeconds": 3},
    "deadline_pending": shell("true") | {"activeDeadlineSeconds": 3, "nodeSelector": {"accelerator": "nvidia"}},
    "evicted_storage": shell(
        "dd if=/dev/zero of=/tmp/x bs=1M count=20; sleep 600", resources=limits(ephemeral_storage="4Mi")
    ),
    "out_of_cpu": shell("true", resources=limits(cpu="900")) | {"nodeName": "localhost"},
    "evicted_by_api": shell(SLEEP),
    "deleted": shell(SLEEP),
    "other_failed": with_others(LATER, other("proxy", BADLY)),
    "other_failed_last": with_others(WELL, other("proxy", f"sleep 2; {BADLY}")),
    "other_out_of_memory": with_others(LATER, other("proxy", FILL, resources=limits(memory="32Mi"))),
    "other_killed": with_others(LATER, other("proxy", "sleep 99 & kill -9 $!; wait $!")),
    "other_command_not_found": with_others(LATER, {"name": "proxy", "image": IMAGE, "command": ["cloud-sql-proxy"]}),
    "other_image": with_others(LATER, {"name": "proxy", "image": "127.0.0.1:5099/gone:1"}),
    "other_secret_missing": with_others(LATER, other("proxy", WELL, env=secret_env("absent", "password"))),
    "base_failed_after_other": with_others("sleep 3; echo no proxy; exit 1", other("proxy", BADLY)),
    "base_failed_before_other": with_others("echo bad day; exit 1", other("proxy", f"sleep 3; {BADLY}")),
    "base_failed_other_well": with_others("sleep 2; echo bad day; exit 1", other("proxy", WELL)),
    "base_failed_sidecar_stopped": with_others(
        "sleep 2; echo bad day; exit 1", init=(other("proxy", "sleep 600", **ALWAYS),)
    )
    | {"terminationGracePeriodSeconds": 1},
    "other_failed_sidecar_stopped": with_others(
        LATER, other("proxy", BADLY), init=(other("mesh", "sleep 600", **ALWAYS),)
    )
    | {"terminationGracePeriodSeconds": 1},
    "base_failed_sidecar_failing": with_others(
        "sleep 3; echo no proxy; exit 1", init=(other("proxy", f"sleep 1; {BADLY}", **ALWAYS),)
    ),
    "sidecar_failing": with_others(
        LATER,
        init=(other("proxy", BADLY, **ALWAYS, startupProbe={"exec": {"command": ["false"]}, "failureThreshold": 99}),),
    ),
    "sidecar_out_of_memory": with_others(
        LATER,
        init=(
            other(
                "proxy",
                FILL,
                resources=limits(memory="32Mi"),
                **ALWAYS,
                startupProbe={"exec": {"command": ["false"]}, "failureThreshold": 99},
            ),
        ),
    ),
    "sidecar_image": with_others(LATER, init=({"name": "proxy", "image": "127.0.0.1:5099/gone:1", **ALWAYS},)),
    "init_failed_beside_a_sidecar": with_others(
        LATER, init=(other("proxy", "sleep 600", **ALWAYS), other("migrate", "sleep 1; echo no database; exit 4"))
    )
    | {"terminationGracePeriodSeconds": 1},
    "init_killed": with_others(LATER, init=(other("migrate", FILL, resources=limits(memory="32Mi")),)),
    "init_failed_before_other": with_others(
        LATER, other("proxy", BADLY), init=(other("migrate", "echo no database; exit 4"),)
    ),
    "node_lost": shell("true")
    | {
        "nodeName": "lost",
        "tolerations": [
            {
                "key": "node.kubernetes.io/not-ready",
                "operator": "Exists",
                "effect": "NoExecute",
                "tolerationSeconds": 0,
            },
            {
                "key": "node.kubernetes.io/unreachable",
                "operator": "Exists",
                "effect": "NoExecute",
                "tolerationSeconds": 0,
            },
        ],
    },
}


class Registry(BaseHTTPRequestHandler):
    """An image registry that has nothing: `private` images ask for a password, others do not exist."""

    def do_HEAD(self) -> None:
        private = "/private/" in self.path
        self.send_response(401 if private else 404)
        if private:
            self.send_header("WWW-Authenticate", 'Basic realm="registry"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815  http.server's name

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


@retry(retry=retry_if_exception_type(OSError), wait=wait_fixed(0.5), stop=stop_after_delay(400), reraise=True)
def served() -> ThreadingHTTPServer:
    """Wait for the port, which the images are named after: tests run side by side."""
    return ThreadingHTTPServer(("127.0.0.1", 5099), Registry)


@contextmanager
def registry() -> Iterator[None]:
    server = served()
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def settled(name: str, pod: Pod) -> bool:
    status = pod["status"]
    states = [s["state"] for s in status.get("initContainerStatuses", []) + status.get("containerStatuses", [])]
    if name in ("deleted", "evicted_by_api", "node_lost"):
        return "deletionTimestamp" in pod["metadata"] and (name == "node_lost" or status["phase"] == "Failed")
    waiting = [state["waiting"]["reason"] for state in states if "waiting" in state]
    stuck = set(waiting) - {"ContainerCreating", "PodInitializing", "ErrImagePull"}
    return status["phase"] in ("Failed", "Succeeded") or bool(stuck)


def without_machine(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_machine(item) for key, item in value.items() if key not in MACHINE and item is not None}
    return [without_machine(item) for item in value] if isinstance(value, list) else value


class Recorder:
    def __init__(self) -> None:
        self.api = client.CoreV1Api()
        self.plain = self.api.api_client.sanitize_for_serialization

    def read(self, name: str) -> Pod | None:
        try:
            return self.plain(self.api.read_namespaced_pod(name, NAMESPACE))
        except ApiException:
            return None

    def events(self, uid: str) -> list[Pod]:
        found = self.api.list_namespaced_event(NAMESPACE, field_selector=f"involvedObject.uid={uid}").items
        kept = ("type", "reason", "message", "count", "involvedObject")
        return [{key: value for key, value in self.plain(event).items() if key in kept} for event in found]

    def log(self, name: str, container: str) -> list[str]:
        try:
            answer = self.api.read_namespaced_pod_log(
                name, NAMESPACE, container=container, tail_lines=20, _preload_content=False
            )
            lines = answer.data.decode().splitlines()
            return [line for line in lines if not line.startswith("unable to retrieve container logs")]
        except ApiException:
            return []

    def record(self, name: str, pod: Pod) -> None:
        pod_name = pod["metadata"]["name"]
        containers = pod["spec"].get("initContainers", []) + pod["spec"]["containers"]
        logs = {c["name"]: self.log(pod_name, c["name"]) for c in containers}
        kept = {"pod": pod, "events": self.events(pod["metadata"]["uid"]), "logs": {k: v for k, v in logs.items() if v}}
        text = json.dumps(without_machine(kept), indent=1, sort_keys=True)
        text = re.sub(r" on [0-9.]+:53:", " on 10.96.0.10:53:", text)
        (RECORDED / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def attempt(call: Callable[[], object]) -> None:
    try:
        call()
    except ApiException as error:
        if error.status != 409:
            raise


def prepare(api: client.CoreV1Api) -> None:
    attempt(lambda: api.create_namespace({"metadata": {"name": NAMESPACE}}))
    meta = {"metadata": {"name": "present"}}
    attempt(lambda: api.create_namespaced_secret(NAMESPACE, meta | {"stringData": {"password": "x"}}))
    attempt(lambda: api.create_namespaced_config_map(NAMESPACE, meta | {"data": {"a": "b"}}))
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    attempt(
        lambda: api.create_namespaced_persistent_volume_claim(
            NAMESPACE, {"metadata": {"name": "unbound"}, "spec": claim}
        )
    )


def main(chosen: list[str]) -> None:
    config.load_kube_config()
    recorder = Recorder()
    api = recorder.api
    prepare(api)
    if chosen == ["node_lost"]:  # by itself: the scheduler counts the node in every message
        attempt(lambda: api.create_node({"metadata": {"name": "lost"}, "spec": {"unschedulable": True}}))
    RECORDED.mkdir(exist_ok=True)
    with registry():
        waiting = {name: spec for name, spec in PODS.items() if name in chosen or (not chosen and name != "node_lost")}
        for name, spec in waiting.items():
            pod = {"metadata": {"name": name.replace("_", "-")}, "spec": spec | {"restartPolicy": "Never"}}
            api.create_namespaced_pod(NAMESPACE, pod)
        wait_and_record(recorder, waiting)


def wait_and_record(recorder: Recorder, waiting: dict[str, Pod]) -> None:
    end = time.monotonic() + 60
    touched: set[str] = set()
    while waiting and time.monotonic() < end:
        for name in list(waiting):
            pod = recorder.read(name.replace("_", "-"))
            if pod and pod["status"].get("phase") == "Running" and name in TOUCHED and name not in touched:
                touched.add(name)
                keep_and(TOUCHED[name], recorder.api, name.replace("_", "-"))
            if pod and settled(name, pod):
                recorder.record(name, pod)
                del waiting[name]
        time.sleep(0.5)
    for name in waiting:
        if pod := recorder.read(name.replace("_", "-")):
            recorder.record(name, pod)
    print("recorded as they stood after a minute:", ", ".join(waiting))


def keep_and(act: Callable[[client.CoreV1Api, str], object], api: client.CoreV1Api, pod: str) -> None:
    """Do something that ends a pod, with a finalizer on it that keeps it readable."""
    api.patch_namespaced_pod(pod, NAMESPACE, {"metadata": {"finalizers": ["example.com/keep"]}})
    act(api, pod)


TOUCHED: dict[str, Callable[[client.CoreV1Api, str], object]] = {
    "deleted": lambda api, pod: api.delete_namespaced_pod(pod, NAMESPACE),
    "evicted_by_api": lambda api, pod: api.create_namespaced_pod_eviction(pod, NAMESPACE, {"metadata": {"name": pod}}),
}


if __name__ == "__main__":
    main(sys.argv[1:])
