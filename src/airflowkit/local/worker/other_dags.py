"""Tasks that have to do with other DAGs, of which a local run has none: each says so, and does nothing."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from airflowkit.local.process.events import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflowkit.local.worker.worker import Emit

_PROVIDER: Final = "airflow.providers.standard"
_LEFT_OUT: Final = (
    ("operators.trigger_dagrun", "TriggerDagRunOperator", "trigger_dag_id", "does not start DAG {dag!r}"),
    ("sensors.external_task", "ExternalTaskSensor", "external_dag_id", "does not wait for DAG {dag!r}"),
)


@contextmanager
def without_other_dags(emit: Emit) -> Iterator[None]:
    """Have tasks that start or wait for other DAGs succeed with a note."""
    with ExitStack() as stack:
        for module, name, attribute, words in _LEFT_OUT:
            try:
                operator = getattr(import_module(f"{_PROVIDER}.{module}"), name)
            except Exception:  # noqa: BLE001, S112  an older provider, or none: whatever it raises
                continue
            stack.enter_context(patch.object(operator, "execute", _saying(emit, attribute, words)))
        yield


def _saying(emit: Emit, attribute: str, words: str) -> Callable[[Any, Any], None]:
    def execute(operator: Any, context: Any) -> None:  # noqa: ARG001  Airflow's signature
        dag = getattr(operator, attribute)
        what = words.format(dag=dag)
        emit(Notice(f"{operator.task_id} {what} here: a local run is of one DAG; `airflowkit run {dag}` runs that one"))

    return execute
