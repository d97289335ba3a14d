"""Pods of each kind of operator, for scripted outcomes."""

from datetime import timedelta

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG, task

from airflowkit import Resources, SecretEnv, SecretVolume, pod_task

with DAG("outcomes", schedule=None, default_args={"image": "orders:1", "namespace": "airflow"}):
    pod_task("load", retries=1, retry_delay=timedelta(minutes=5), resources=Resources(cpu="1", memory="1Gi"))
    pod_task("deferred", deferrable=True)
    pod_task("failing")
    pod_task("failing_deferred", deferrable=True)
    KubernetesPodOperator(task_id="raw")
    KubernetesPodOperator(task_id="raw_deferred", deferrable=True)
    pod_task("missing_secret", secrets=[SecretEnv("PASSWORD", secret="db", key="password")])
    pod_task("missing_secret_of_a_volume", secrets=[SecretVolume("/etc/db", secret="db")])
    pod_task("image_not_found")
    pod_task("image_not_found_deferred", deferrable=True)
    pod_task("unschedulable")
    pod_task("unschedulable_deferred", deferrable=True)
    pod_task("evicted")
    pod_task("slow", startup_timeout_seconds=60)
    pod_task("too_slow", startup_timeout_seconds=60)
    pod_task("too_slow_deferred", startup_timeout_seconds=60, deferrable=True)
    pod_task("oom_no_limit")

with DAG("outcome_xcoms", schedule=None, default_args={"image": "orders:1", "namespace": "airflow"}):
    for name, deferrable in (("xcom", False), ("xcom_deferred", True)):
        made = pod_task(name, do_xcom_push=True, deferrable=deferrable)
        pod_task(f"after_{name}", arguments=[f"rows={{{{ ti.xcom_pull('{name}')['rows'] }}}}"]).set_upstream(made)

    @task
    def names():
        return [["a"], ["b"], ["c"]]

    pod_task.partial("mapped").expand(arguments=names())
