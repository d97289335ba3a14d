"""Tasks that `supervised.py` and `deferred.py` run and interrupt: each once with the plain operator, once with ours."""

import os
import time
from datetime import datetime, timedelta
from pathlib import Path

from airflow.providers.cncf.kubernetes.callbacks import KubernetesPodOperatorCallback
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

from airflowkit.pods.operator.operator import CheckedPodOperator

NAMESPACE = "operator-tests"
IMAGE = "localhost/busybox:1"
ENDS_WHEN_ASKED = ["sh", "-c", "trap 'exit 143' TERM; echo up; sleep 60 & wait"]
ENDS_WELL_WHEN_ASKED = ["sh", "-c", "trap 'exit 0' TERM; echo up; sleep 600 & wait"]
IGNORES_IT = ["sh", "-c", "trap '' TERM; while true; do sleep 1; done"]
DIES_SLOWLY_ONCE = "[ {{ ti.try_number }} = 1 ] || exit 0; trap '' TERM; while true; do sleep 1; done"


def failure_alert(context):
    """Stands for a team's alert."""
    place = Path(os.environ["AIRFLOW_HOME"], "alerts", context["ti"].task_id)
    place.write_text(f"{type(context['exception']).__name__}: {context['exception']}")


class SlowTeardown(KubernetesPodOperatorCallback):
    """A user's callback that takes its time when the pod has ended."""

    @staticmethod
    def on_pod_completion(*args, **kwargs):
        """Say so, and wait."""
        Path(os.environ["AIRFLOW_HOME"], "in-callback").touch()
        time.sleep(5)


class Lingering(KubernetesPodOperatorCallback):
    """Keeps the pod readable after its end, as a slow API server does now and then: plain operators look twice."""

    @staticmethod
    def on_pod_manifest_created(*, pod_request, **kwargs):
        """Set a finalizer; `supervised.py` takes it away."""
        pod_request.metadata.finalizers = ["example.com/keep"]


with DAG("killed", schedule=None, start_date=datetime(2026, 1, 1)) as dag:
    common = {
        "image": IMAGE,
        "namespace": NAMESPACE,
        "startup_check_interval_seconds": 1,
        "on_failure_callback": failure_alert,
    }
    for kind, operator in (("plain", KubernetesPodOperator), ("checked", CheckedPodOperator)):
        operator(task_id=f"{kind}_running", cmds=ENDS_WHEN_ASKED, callbacks=[Lingering], **common)
        operator(task_id=f"{kind}_stubborn", cmds=IGNORES_IT, termination_grace_period=0, **common)
        operator(task_id=f"{kind}_retried", cmds=["sh", "-c", DIES_SLOWLY_ONCE], termination_grace_period=12, **common)
        operator(task_id=f"{kind}_created", cmds=["true"], config_file=os.environ.get("SLOW_KUBECONFIG"), **common)
        operator(
            task_id=f"{kind}_late",
            cmds=["true"],
            config_file=os.environ.get("SLOW_KUBECONFIG"),
            execution_timeout=timedelta(seconds=2),
            **common,
        )
        operator(task_id=f"{kind}_resumed", cmds=["true"], deferrable=True, callbacks=[SlowTeardown], **common)
        operator(task_id=f"{kind}_abandoned", cmds=ENDS_WHEN_ASKED, deferrable=True, **common)
        operator(task_id=f"{kind}_moved", cmds=ENDS_WELL_WHEN_ASKED, deferrable=True, **common)
