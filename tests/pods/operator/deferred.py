"""Run deferrable tasks as on a real deployment, and print how each ended, as JSON: `deferred.py TASK…`.

The workers run under Airflow's real supervisor. The first triggerer is killed while the pods run, and the second takes
over. Everything finds the cluster as a pod in it does: start this with `in_cluster.sh`.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

os.environ |= {
    "AIRFLOW__TRIGGERER__JOB_HEARTBEAT_SEC": "1",
    "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "3",
}

from supervised import HOME, NAMESPACE, Supervised, stored_dag  # isort: skip  it says where Airflow's home is

from airflow.models.taskinstance import TaskInstance
from airflow.models.trigger import Trigger
from airflow.utils.session import create_session
from kubernetes import client, config
from kubernetes.stream import stream
from sqlalchemy import select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PATIENCE = 100


@contextmanager
def triggerer(name: str) -> Iterator[None]:
    """Run a real triggerer, and kill it as a node that is lost does."""
    with (HOME / f"{name}.log").open("wb") as log:
        command = [sys.executable, "-m", "airflow", "triggerer", "--skip-serve-logs"]
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not reached() and time.monotonic() < end:
        time.sleep(0.3)


def watched_by() -> set[int | None]:
    """Return the triggerers that have what waits."""
    with create_session() as session:
        return {row.triggerer_id for row in session.scalars(select(Trigger))}


def event_of(task: Supervised) -> str:
    """Return what the trigger has reported, or an empty string."""
    with create_session() as session:
        keywords = session.get(TaskInstance, task.ti.id).next_kwargs or {}
    found = re.search(r"'status': '(\w+)'", str(keywords))
    return found[1] if found else ""


def end_pods(api: client.CoreV1Api, tasks: list[Supervised]) -> None:
    for task in tasks:
        for pod in task.pods():
            stream(
                api.connect_get_namespaced_pod_exec, pod.metadata.name, NAMESPACE, command=["kill", "1"], stdout=True
            )


def main(task_ids: list[str]) -> None:
    config.load_incluster_config()
    api = client.CoreV1Api()
    dag = stored_dag()
    tasks = [Supervised(dag, "run", task_id, "", api) for task_id in task_ids]
    for task in tasks:
        task.supervise()
    with triggerer("first"):
        until(lambda: None not in watched_by())
        time.sleep(2)  # it is asking the API by now
        first = watched_by()
    with triggerer("second"):
        until(lambda: not watched_by() & {None, *first})
        end_pods(api, tasks)
        until(lambda: all(event_of(task) for task in tasks))
    for task in tasks:
        event = event_of(task)
        if event == "success":
            task.supervise()
        print(json.dumps({"task": task.task_id, "event": event, **task.outcome()}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
