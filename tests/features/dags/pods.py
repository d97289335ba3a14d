"""Pods: of the plain operator and of ours, mapped, deferred, with a result, and an override."""

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG, task

from airflowkit import Resources, pod_override, pod_task

IMAGE = "localhost/busybox:1"

with DAG("pods", schedule=None):
    plain = KubernetesPodOperator(task_id="plain", image=IMAGE, cmds=["echo", "plain {{ dag_run.dag_id }}"])
    result = pod_task(
        "result",
        image=IMAGE,
        cmds=["sh", "-c", """echo '{"rows": 3}' > /airflow/xcom/return.json"""],
        resources=Resources(cpu="100m", memory="64Mi"),
        do_xcom_push=True,
    )
    pod_task("shown", image=IMAGE, cmds=["echo", "rows {{ ti.xcom_pull('result')['rows'] }}"]) << result
    pod_task("deferred", image=IMAGE, cmds=["echo", "late"], deferrable=True, poll_interval=0.5)
    pod_task.partial("mapped", image=IMAGE, cmds=["echo"]).expand(arguments=[["one"], ["two"]])
    pod_task("fails", image=IMAGE, cmds=["sh", "-c", "exit 3"]) >> pod_task("never", image=IMAGE)

    @task(executor_config=pod_override(resources=Resources(memory="1Gi")))
    def larger():
        print("larger")

    larger()
