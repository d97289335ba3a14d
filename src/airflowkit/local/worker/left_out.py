"""Tasks that need more than a local run has: other DAGs, which each says and leaves out, or a whole Kubernetes."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from airflowkit.local.process.events import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflowkit.local.worker.worker import Emit

_STANDARD: Final = "airflow.providers.standard"
_KUBERNETES: Final = "airflow.providers.cncf.kubernetes"
_OTHER_DAGS: Final = (
    (f"{_STANDARD}.operators.trigger_dagrun", "TriggerDagRunOperator", "trigger_dag_id", "does not start DAG"),
    (f"{_STANDARD}.sensors.external_task", "ExternalTaskSensor", "external_dag_id", "does not wait for DAG"),
)
_NO_PODS: Final = (
    (
        f"{_KUBERNETES}.operators.job",
        ("KubernetesJobOperator", "KubernetesDeleteJobOperator", "KubernetesPatchJobOperator"),
    ),
    (f"{_KUBERNETES}.operators.kueue", ("KubernetesInstallKueueOperator", "KubernetesStartKueueJobOperator")),
    (f"{_KUBERNETES}.operators.resource", ("KubernetesCreateResourceOperator", "KubernetesDeleteResourceOperator")),
    (f"{_KUBERNETES}.operators.spark_kubernetes", ("SparkKubernetesOperator",)),
    (f"{_KUBERNETES}.sensors.spark_kubernetes", ("SparkKubernetesSensor",)),
)


@contextmanager
def without_the_rest(emit: Emit) -> Iterator[None]:
    """Have tasks that start or wait for other DAGs succeed with a note, and those that need more than pods fail."""
    with ExitStack() as stack:
        for module, name, attribute, words in _OTHER_DAGS:
            _replace(stack, module, name, _saying(emit, attribute, words))
        for module, names in _NO_PODS:
            for name in names:
                _replace(stack, module, name, _failing)
        yield


def _replace(stack: ExitStack, module: str, name: str, execute: Callable[[Any, Any], None]) -> None:
    """Replace the `execute` of an operator, if the DAG has imported it."""
    operator = getattr(sys.modules.get(module), name, None)
    if operator is not None:
        stack.enter_context(patch.object(operator, "execute", execute))


def _saying(emit: Emit, attribute: str, words: str) -> Callable[[Any, Any], None]:
    def execute(operator: Any, context: Any) -> None:
        dag = getattr(operator, attribute)
        what = f"{operator.task_id} {words} {dag!r}"
        emit(Notice(f"{what} here: a local run is of one DAG; `airflowkit run {dag}` runs that one"))
        context["ti"].xcom_push(key="trigger_run_id", value="")  # for the link that Airflow makes of it

    return execute


def _failing(operator: Any, context: Any) -> None:  # noqa: ARG001  Airflow's signature
    from airflow.providers.common.compat.sdk import AirflowFailException

    raise AirflowFailException(f"{type(operator).__name__} needs a Kubernetes cluster: a local run has pods only")
