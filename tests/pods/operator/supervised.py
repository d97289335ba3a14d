"""Run one task under Airflow's real supervisor, interrupt it, and print what became of it, as JSON.

    python tests/pods/operator/supervised.py TASK INTERRUPTION [TASK INTERRUPTION …]

INTERRUPTION is `sigterm` (the worker is stopped), `trigger` (a deferred task's trigger fails), `timeout`
(the task's own), or a state that a user sets in the UI: `success`, `failed`.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import warnings
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

warnings.simplefilter("ignore")
HERE = Path(__file__).parent
HOME = Path(tempfile.mkdtemp(prefix="supervised-"))
STARTED_BY = os.getpid()
atexit.register(lambda: os.getpid() == STARTED_BY and shutil.rmtree(HOME, ignore_errors=True))
(HOME / "alerts").mkdir()
os.environ |= {
    "AIRFLOW_HOME": str(HOME),
    "AIRFLOW__CORE__DAGS_FOLDER": str(HERE / "killed"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
}
sys.path.insert(0, str(HERE))

from slow_api import SlowApi  # noqa: E402

if "KUBECONFIG" in os.environ:
    slow_api = SlowApi(Path(os.environ["KUBECONFIG"]), HOME)
    os.environ["SLOW_KUBECONFIG"] = str(slow_api.kubeconfig)

import psutil  # noqa: E402
from airflow.dag_processing.bundles.manager import DagBundlesManager  # noqa: E402
from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db  # noqa: E402
from airflow.executors.workloads import BundleInfo, TaskInstanceDTO  # noqa: E402
from airflow.models.serialized_dag import SerializedDagModel  # noqa: E402
from airflow.models.taskinstance import TaskInstance  # noqa: E402
from airflow.models.trigger import Trigger  # noqa: E402
from airflow.sdk._shared.module_loading import import_string  # noqa: E402
from airflow.sdk.execution_time.supervisor import InProcessTestSupervisor, supervise_task  # noqa: E402
from airflow.sdk.serde import serialize  # noqa: E402
from airflow.utils.db import initdb  # noqa: E402
from airflow.utils.session import create_session  # noqa: E402
from airflow.utils.state import DagRunState  # noqa: E402
from airflow.utils.types import DagRunTriggeredByType, DagRunType  # noqa: E402
from kubernetes import client, config  # noqa: E402
from kubernetes.client.exceptions import ApiException  # noqa: E402
from sqlalchemy import select  # noqa: E402

NAMESPACE = "operator-tests"
DAG_ID = "killed"


class Supervised:
    """A task instance, the supervisor that runs it, and the hand that interrupts it."""

    interrupted_at = 0.0

    def __init__(self, dag: object, run_id: str, task_id: str, interruption: str, api: client.CoreV1Api) -> None:
        self.dag, self.task_id, self.interruption, self.api = dag, task_id, interruption, api
        self.selector = f"dag_id={DAG_ID},task_id={task_id}"
        with create_session() as session:
            query = select(TaskInstance).where(TaskInstance.task_id == task_id, TaskInstance.run_id == run_id)
            row = session.scalars(query).one()
            row.try_number = 1  # as the scheduler does
            self.ti = TaskInstanceDTO.model_validate(row, from_attributes=True)

    def run(self) -> dict[str, object]:
        if self.task_id.endswith("_resumed"):
            self.supervise()
            self.resume()
        elif self.interruption == "trigger":
            return self.abandoned()
        if self.interruption != "timeout":
            Thread(target=self.interrupt, daemon=True).start()
        self.supervise()
        if self.task_id.endswith("_retried"):
            self.set(try_number=2)
            self.supervise()
        return self.outcome()

    def abandoned(self) -> dict[str, object]:
        """Let the trigger fail, as it does when the triggerer cannot load its class."""
        self.supervise()
        self.set(next_method="__fail__", next_kwargs={"error": "Trigger failure"})
        self.supervise()
        return self.outcome()

    def outcome(self) -> dict[str, object]:
        left = self.pods()
        for pod in left:
            self.remove(pod.metadata.name)
        alert = HOME / "alerts" / self.task_id
        return {
            "state": self.state(),
            "alert": alert.read_text() if alert.exists() else None,
            "pods_left": [pod.metadata.name for pod in left if pod.metadata.deletion_timestamp is None],
            "seconds": round(alert.stat().st_mtime - self.interrupted_at, 1)
            if alert.exists() and self.interrupted_at
            else None,
        }

    def remove(self, pod: str) -> None:
        """Take a pod away that a task has left, if only by its finalizer."""
        with suppress(ApiException):  # it may be gone by now
            self.api.patch_namespaced_pod(pod, NAMESPACE, {"metadata": {"finalizers": None}})
            self.api.delete_namespaced_pod(pod, NAMESPACE, grace_period_seconds=0)

    def supervise(self) -> None:
        self.set(state="queued")
        supervise_task(
            ti=self.ti,
            bundle_info=BundleInfo(name="dags-folder", version=None),
            dag_rel_path="killed_dag.py",
            token="",
            client=InProcessTestSupervisor._api_client(self.dag),
            log_path=str(HOME / f"{self.task_id}.log"),
        )

    def resume(self) -> None:
        """Do what the triggerer does with a deferred task, in this process."""
        with create_session() as session:
            row = session.get(TaskInstance, self.ti.id).trigger
            trigger = import_string(row.classpath)(**Trigger._decrypt_kwargs(row.encrypted_kwargs))
        event = InProcessTestSupervisor.run_trigger_in_process(trigger=trigger, ti=self.ti)
        self.set(next_kwargs={"event": serialize(event.payload)})

    def interrupt(self) -> None:
        self.wait_for_the_moment()
        self.interrupted_at = time.time()
        if self.interruption == "sigterm":
            os.kill(psutil.Process().children()[0].pid, signal.SIGTERM)
        else:
            self.set(state=self.interruption)

    def wait_for_the_moment(self) -> None:
        if self.task_id.endswith("_created"):
            slow_api.created.clear()
            slow_api.created.wait(30)
        elif self.task_id.endswith("_resumed"):
            (HOME / "in-callback").unlink(missing_ok=True)
            self.until((HOME / "in-callback").exists)
        else:
            self.until(lambda: any(pod.status.phase == "Running" for pod in self.pods()))
            time.sleep(1.5)  # the operator is reading the log by now

    def until(self, reached: object) -> None:
        end = time.monotonic() + 30
        while not reached() and time.monotonic() < end:
            time.sleep(0.1)

    def pods(self) -> list[client.V1Pod]:
        return self.api.list_namespaced_pod(NAMESPACE, label_selector=self.selector).items

    def state(self) -> str:
        with create_session() as session:
            return str(session.get(TaskInstance, self.ti.id).state)

    def set(self, **values: object) -> None:
        with create_session() as session:
            row = session.get(TaskInstance, self.ti.id)
            for name, value in values.items():
                setattr(row, name, value)
            self.ti.try_number = row.try_number


def stored_dag() -> object:
    initdb()
    DagBundlesManager().sync_bundles_to_db()
    bag = BundleDagBag(dag_folder=str(HERE / "killed"), bundle_path=HERE / "killed", bundle_name="dags-folder")
    assert not bag.import_errors, bag.import_errors
    sync_bag_to_db(bag, "dags-folder", None)
    with create_session() as session:
        dag = SerializedDagModel.get(DAG_ID, session=session).dag
        now = datetime.now(tz=UTC)
        dag.create_dagrun(
            run_id="run",
            logical_date=now,
            data_interval=(now, now),
            run_after=now,
            run_type=DagRunType.MANUAL,
            triggered_by=DagRunTriggeredByType.TEST,
            state=DagRunState.RUNNING,
            session=session,
        )
    return dag


def main(words: list[str]) -> None:
    config.load_kube_config()
    api = client.CoreV1Api()
    dag = stored_dag()
    for task_id, interruption in zip(words[::2], words[1::2], strict=True):
        outcome = Supervised(dag, "run", task_id, interruption, api).run()
        print(json.dumps({"task": task_id, "interruption": interruption, **outcome}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
