"""Alerts through three connections: of the settings, of a list's second callback, of one mapped task."""

from airflow.sdk import DAG

from airflowkit import TeamsNotifier, pod_task, teams_failure

with DAG(
    "alerting",
    schedule=None,
    on_failure_callback=[teams_failure(), teams_failure(conn_id="on_call", environment="[PROD]")],
):
    pod_task.partial(
        "load",
        image="busybox:1.37",
        resources="small",
        on_failure_callback=TeamsNotifier(conn_id="team"),
    ).expand(arguments=[["north"], ["west"]])
