"""A script in an image of its own.

The script is scripts/own_image/main.py, and the Dockerfile beside it builds the image:

    docker build --tag registry.example.com/shop-report:1.0.0 scripts/own_image

The two are delivered separately: git-sync brings the DAG file to Airflow, and the registry brings the script to the
pod. A changed script gets a new tag, and the DAG names it.

With podman or docker `airflowkit run` needs the image. As processes (`--runtime process`) its pods get what the
Dockerfile copies, and need no image.
"""

from datetime import datetime

from airflow.sdk import DAG

from airflowkit import dag_args, default_args, pod_task, teams_failure

with DAG(
    "own_image",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    default_args=default_args("standard", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("standard"),
) as dag:
    report = pod_task(
        "report",
        image="registry.example.com/shop-report:1.0.0",
        image_pull_secrets=["regcred"],
        cmds=["python3", "/app/main.py"],
        arguments=["--day", "{{ dag_run.run_after | ds }}"],
    )
