"""The contexts that Airflow's own code hands to callbacks, caught from that code."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import structlog

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
RUN_ID = "scheduled__2026-11-20T02:00:00+00:00"
_ID = UUID("01936b2e-0000-7000-8000-000000000001")


def dag(callback: Any = None) -> Any:
    """A DAG whose callbacks are all the given one."""
    from airflow.sdk import DAG, BaseOperator

    with DAG(
        "orders_daily",
        schedule="@daily",
        start_date=datetime(2026, 1, 1),
        default_args={"owner": "data-eng", "retries": 2},
        on_failure_callback=callback,
        on_success_callback=callback,
    ) as made:
        BaseOperator(task_id="load_orders", on_failure_callback=callback, on_retry_callback=callback)
    return made


def dag_run() -> Any:
    from airflow.api_fastapi.execution_api.datamodels.taskinstance import DagRun

    known = {"partition_key": None} if "partition_key" in DagRun.model_fields else {}  # from Airflow 3.2 on
    return DagRun(
        **known,
        dag_id="orders_daily",
        run_id=RUN_ID,
        logical_date=AT,
        data_interval_start=AT,
        data_interval_end=AT,
        run_after=AT,
        start_date=AT,
        end_date=None,
        run_type="scheduled",
        state="failed",
        consumed_asset_events=[],
    )


def _instance() -> Any:
    from airflow.api_fastapi.execution_api.datamodels.taskinstance import TaskInstance

    return TaskInstance(
        id=_ID, task_id="load_orders", dag_id="orders_daily", run_id=RUN_ID, try_number=2, dag_version_id=_ID
    )


def in_worker(state: str = "failed") -> dict[str, Any]:
    """What the task runner builds, and hands over after a task failed."""
    from airflow.sdk.api.datamodels._generated import TIRunContext
    from airflow.sdk.execution_time.comms import StartupDetails
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    task = dag().get_task("load_orders")
    ti = RuntimeTaskInstance.model_construct(
        **_instance().model_dump(exclude_unset=True),
        task=task,
        _ti_context_from_server=TIRunContext.model_validate({"dag_run": dag_run().model_dump(), "max_tries": 2}),
        max_tries=2,
        start_date=AT,
        end_date=AT.replace(minute=4, second=12),
        state=state,
        hostname="worker-1",
    )
    assert StartupDetails  # the class that a real worker gets this from
    context = ti.get_template_context()
    try:
        raise ConnectionError('authentication failed for user "etl"')  # noqa: TRY301  for its traceback
    except ConnectionError as error:
        return {**context, "exception": error}


def in_dag_processor(*, retry: bool = False, trigger_failure: bool = False) -> dict[str, Any]:
    """What the DAG processor hands over when it runs a task's callback."""
    from airflow.api_fastapi.execution_api.datamodels.taskinstance import TIRunContext
    from airflow.callbacks.callback_requests import TaskCallbackRequest
    from airflow.dag_processing.processor import _execute_task_callbacks

    caught: list[Any] = []
    server = TIRunContext.model_validate({"dag_run": dag_run().model_dump(), "max_tries": 2 if retry else 1})
    request = TaskCallbackRequest(
        filepath="orders.py",
        bundle_name="dags",
        bundle_version=None,
        msg="heartbeat lost",
        ti=_instance(),
        task_callback_type="up_for_retry" if retry else "failed",
        context_from_server=None if trigger_failure else server,
    )
    bag = SimpleNamespace(dags={"orders_daily": dag(caught.append)})
    _execute_task_callbacks(bag, request, structlog.get_logger())
    return caught[0]


def of_dag(*, with_task: bool = True, success: bool = False, reason: str = "task_failure") -> dict[str, Any]:
    """What the DAG processor hands to a DAG's callback."""
    from airflow.callbacks.callback_requests import DagCallbackRequest, DagRunContext
    from airflow.dag_processing.processor import _execute_dag_callbacks

    caught: list[Any] = []
    request = DagCallbackRequest(
        filepath="orders.py",
        bundle_name="dags",
        bundle_version=None,
        msg=reason,
        dag_id="orders_daily",
        run_id=RUN_ID,
        is_failure_callback=not success,
        context_from_server=DagRunContext(dag_run=dag_run(), last_ti=_instance()) if with_task else None,
    )
    bag = SimpleNamespace(dags={"orders_daily": dag(caught.append)})
    _execute_dag_callbacks(bag, request, structlog.get_logger())
    return caught[0]


def of_deadline() -> dict[str, Any]:
    """What the scheduler writes for a deadline's callback: the public API's view of a run, as JSON."""
    from airflow.api_fastapi.core_api.datamodels.dag_run import DAGRunResponse

    run = dict.fromkeys(DAGRunResponse.model_fields) | {
        "dag_run_id": RUN_ID,
        "run_id": RUN_ID,
        "dag_id": "orders_daily",
        "logical_date": AT,
        "run_after": AT,
        "start_date": AT,
        "run_type": "scheduled",
        "state": "running",
        "dag_versions": [],
        "dag_display_name": "orders_daily",
    }
    response = DAGRunResponse.model_construct(**run).model_dump(mode="json", warnings=False)
    return {"dag_run": response, "deadline": {"id": str(_ID), "deadline_time": AT.replace(hour=6).isoformat()}}


SHAPES = {
    "task in the worker": in_worker,
    "task in the DAG processor": in_dag_processor,
    "task whose trigger failed": lambda: in_dag_processor(trigger_failure=True),
    "DAG": of_dag,
    "DAG without a task": lambda: of_dag(with_task=False),
    "deadline": of_deadline,
}
