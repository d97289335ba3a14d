"""Pods that meet each outcome on a real cluster, and note how the API shows them then."""

import json
import os
import time
from datetime import timedelta
from pathlib import Path

from airflow.providers.cncf.kubernetes.hooks.kubernetes import KubernetesHook
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

from airflowkit import Resources, SecretEnv, SecretVolume, pod_task, teams_failure

NAMESPACE = os.environ.get("MORTAL_NAMESPACE", "default")


def note(context):
    """Write down the pod of the try that has just ended; every pod is kept so that it can be read."""
    ti = context["ti"]
    api = KubernetesHook(conn_id="kubernetes_default").core_v1_client
    selector = f"task_id={ti.task_id},try_number={ti.try_number}"
    while (pods := api.list_namespaced_pod(NAMESPACE, label_selector=selector).items)[0].status.phase == "Running":
        time.sleep(0.2)  # the container with the XCom is on its way out
    for pod in pods:
        seen = {"task": ti.task_id, "try": ti.try_number, "pod": api.api_client.sanitize_for_serialization(pod)}
        with Path(os.environ["MORTAL_NOTES"]).open("a") as notes:
            notes.write(json.dumps(seen) + "\n")


def shell(script):
    return {"cmds": ["sh", "-c", script]}


with DAG(
    "mortal",
    schedule=None,
    on_failure_callback=teams_failure(),
    default_args={
        "image": "localhost/busybox:1",
        "namespace": NAMESPACE,
        "on_finish_action": "keep_pod",
        "on_success_callback": note,
        "on_failure_callback": note,
        "on_retry_callback": note,
    },
):
    small = Resources(cpu="50m", memory="32Mi")
    dies = shell("echo loading; echo ValueError: no such day; exit 3")
    pod_task("succeeded", **shell("echo done; echo '[1, 2]' > /airflow/xcom/return.json"), do_xcom_push=True)
    pod_task("failed", **dies, retries=1, retry_delay=timedelta(0))
    pod_task("failed_deferred", **dies, deferrable=True, poll_interval=0.5)
    KubernetesPodOperator(task_id="raw_failed", **dies)
    pod_task("oom", **shell("head -c 200m /dev/zero | tail"), resources=small)
    pod_task("no_image", image="127.0.0.1:5099/gone:1", cmds=["true"])
    pod_task("no_image_deferred", image="127.0.0.1:5099/gone:1", cmds=["true"], deferrable=True)
    pod_task("no_secret", cmds=["true"], secrets=[SecretEnv("PASSWORD", secret="absent", key="password")])
    pod_task("no_secret_volume", cmds=["true"], secrets=[SecretVolume("/etc/tls", secret="absent")])
    pod_task("no_node", cmds=["true"], resources=Resources(cpu="1", memory="900Gi"), schedule_timeout_seconds=2)
    pod_task(
        "evicted",
        **shell("echo filling; dd if=/dev/zero of=/tmp/x bs=1M count=20; sleep 600"),
        resources=Resources(cpu="50m", memory="32Mi", ephemeral_storage="4Mi"),
    )
    pod_task(
        "slow",
        cmds=["true"],
        init_containers=[{"name": "wait", "image": "localhost/busybox:1", "command": ["sleep", "3"]}],
    )
