"""The one place that knows where the supported Airflow versions (2.11, 3.1 to 3.4) keep their names.

Names that `airflow.providers.common.compat.sdk` has in all versions are imported from there, not from here.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
import warnings
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime, timedelta

BUNDLE: Final = "dags-folder"
"""The name of the DAG bundle of a local run, as of Airflow's default one."""
_DEFAULT_LIMIT: Final = 16
"""Airflow's default of `max_active_runs_per_dag` and of `max_active_tasks_per_dag`."""


@lru_cache(maxsize=1)
def airflow_version() -> tuple[int, int]:
    """Return Airflow's major and minor version, without importing Airflow."""
    major, minor = version("apache-airflow").split(".")[:2]
    return int(major), int(minor)


def ignore_own_deprecations() -> None:
    """Silence warnings about Airflow's and its providers' own imports; call it before anything imports Airflow."""
    warnings.filterwarnings("ignore", "The `airflow.* attribute is deprecated")
    os.environ.setdefault("AIRFLOW__METRICS__TIMER_UNIT_CONSISTENCY", "True")  # else 2.11 warns, past all filters


def home_variables(home: Path, database: str = "none.db") -> dict[str, str]:
    """Return the variables that give Airflow a home folder and a database in it, in place of the user's."""
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / database}",
    }


def keep_home_clean() -> None:
    """Give Airflow a home folder for this process only, if the user has none: it creates `~/airflow` on import."""
    if "AIRFLOW_HOME" in os.environ or Path("~/airflow").expanduser().exists():
        return
    scratch = tempfile.mkdtemp(prefix="airflowkit-")
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    os.environ["AIRFLOW_HOME"] = scratch


def use_folders(dags: str, plugins: str | None) -> None:
    """Have an Airflow that may have read its configuration already use other folders."""
    from airflow import settings

    settings.DAGS_FOLDER = dags
    if plugins:
        settings.PLUGINS_FOLDER = plugins


def empty_dag_bag(folder: Path) -> Any:
    """Return a DagBag for the files of a folder; it has loaded none of them yet."""
    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:  # before 3.2
        from airflow.models.dagbag import DagBag
    bundle = {"bundle_path": folder} if airflow_version() >= (3, 0) else {}  # Airflow 2 has no bundles
    bag = DagBag(dag_folder=str(folder), collect_dags=False, **bundle)
    bag._log = logging.getLogger("airflow.dag_processing")  # noqa: SLF001  its own writes past Python's logging
    return bag


@contextmanager
def any_executor() -> Iterator[None]:
    """Load DAGs whose tasks name an executor that this Airflow does not have: the deployment has others."""
    from unittest.mock import patch  # noqa: PLC0415  it imports asyncio, which nothing else needs here

    owner, name = _executors_check()
    with patch.object(owner, name, lambda *_, **__: None):  # it has no switch
        yield


def _executors_check() -> tuple[Any, str]:
    """Return what has the function that checks the executors of a DAG's tasks, and the function's name."""
    if airflow_version() < (3, 0):
        return import_module("airflow.models.dag").DAG, "validate_executor_field"
    newer = airflow_version() >= (3, 2)
    module = import_module("airflow.dag_processing.dagbag" if newer else "airflow.models.dagbag")
    return module, "_validate_executor_fields"


def validate(dag: Any) -> None:
    """Have Airflow validate a DAG, but not the executors of its tasks, which Airflow 2 does here, too."""
    if airflow_version() >= (3, 0):
        dag.validate()
        return
    with any_executor():
        dag.validate()


def imported_dags(file: Path) -> list[Any]:
    """Return the DAGs of a file that an importer of Airflow 3.4 or newer reads, such as YAML.

    Raises:
        ImportError: What the importer says is wrong with the file.
    """
    from airflow.dag_processing.bundles.local import LocalDagBundle
    from airflow.sdk.importers import DagImportError, DagImportResult, get_importer_registry

    bundle = LocalDagBundle(name=BUNDLE, path=str(file))
    dags = []
    for importer, found in get_importer_registry().list_dag_definitions(bundle, safe_mode=False):
        unread = isinstance(found, DagImportError)
        result = DagImportResult(errors=[found]) if unread else importer.import_definition(found, bundle)
        if result.errors:
            texts = (error.message.removeprefix(f"{file}: ") for error in result.errors)
            raise ImportError("\n".join(texts), path=str(file))
        for dag in result.dags:
            dag.fileloc = str(file)  # importers need not set it, and a DAG takes its caller's
            dags.append(dag)
    return dags


def regular_expressions() -> Any:
    """Return the module for regular expressions in `.airflowignore`: Airflow 2 uses RE2, which has no look-around."""
    return import_module("re" if airflow_version() >= (3, 0) else "re2")


def constructors() -> tuple[type, type, type]:
    """Return the metaclass that builds operators, the DAG class and the class of mapped operators."""
    try:
        from airflow.sdk.bases.operator import BaseOperatorMeta
        from airflow.sdk.definitions.dag import DAG
        from airflow.sdk.definitions.mappedoperator import MappedOperator
    except ImportError:  # Airflow 2
        from airflow.models.baseoperator import BaseOperatorMeta
        from airflow.models.dag import DAG
        from airflow.models.mappedoperator import MappedOperator
    return BaseOperatorMeta, DAG, MappedOperator  # noqa: AIR311  Airflow 2's, where it is


def mapped_calls() -> tuple[Any, Any]:
    """Return what `partial` is on an operator's class, and the class of what it returns."""
    try:
        from airflow.sdk.bases.operator import BaseOperator
        from airflow.sdk.definitions.mappedoperator import OperatorPartial
    except ImportError:  # Airflow 2
        from airflow.models.baseoperator import BaseOperator
        from airflow.models.mappedoperator import OperatorPartial
    return vars(BaseOperator)["partial"], OperatorPartial


def variable_classes() -> tuple[Any, ...]:
    """Return every class whose `get` looks up a Variable."""
    from airflow.models.variable import Variable

    if airflow_version() < (3, 0):
        return (Variable,)
    from airflow.sdk import Variable as SdkVariable

    return (Variable, SdkVariable)


def connection_lookups() -> tuple[tuple[Any, str], ...]:
    """Return the class methods, as class and name, that look up a Connection by its id."""
    from airflow.models.connection import Connection

    if airflow_version() < (3, 0):
        return ((Connection, "get_connection_from_secrets"),)
    from airflow.sdk import Connection as SdkConnection

    return ((Connection, "get_connection_from_secrets"), (SdkConnection, "get"))


def make_tables() -> None:
    """Create the tables that Airflow 2 queries while a file is imported: aliases of datasets, and pools of SubDAGs."""
    if airflow_version() >= (3, 0):
        return
    from airflow import settings
    from airflow.models import dataset, pool
    from airflow.models.base import Base

    asked = (dataset.DatasetModel, dataset.DatasetAliasModel, pool.Pool)
    tables = [dataset.alias_association_table, *(model.__table__ for model in asked)]
    Base.metadata.create_all(settings.engine, tables=tables)


def connection_variable(conn_id: str) -> str:
    """Return the environment variable in which Airflow looks for a connection."""
    return f"AIRFLOW_CONN_{conn_id.upper()}"


def connection(conn_id: str) -> Any:
    """Return a connection with nothing but an id."""
    if airflow_version() < (3, 0):
        from airflow.models.connection import Connection
    else:
        from airflow.sdk import Connection
    return Connection(conn_id=conn_id, conn_type="generic", host="localhost")


@lru_cache(maxsize=1)
def context_names() -> frozenset[str]:
    """Return the names that templates may use."""
    if airflow_version() < (3, 0):
        from airflow.utils.context import KNOWN_CONTEXT_KEYS  # Airflow 2's Context has no annotations

        return frozenset(KNOWN_CONTEXT_KEYS)
    from airflow.sdk import Context

    return frozenset(Context.__annotations__) | {"macros", "dag_run", "outlet_events", "inlet_events"}


def template_filters() -> Mapping[str, Any]:
    """Return the Jinja filters that Airflow adds: `ds`, `ts` and so on."""
    try:
        from airflow.sdk.definitions._internal.templater import FILTERS
    except ImportError:  # Airflow 2
        from airflow.templates import FILTERS
    return dict(FILTERS)


def macros() -> Any:
    """Return what templates know as `macros`."""
    try:
        from airflow.sdk.execution_time import macros
    except ImportError:  # Airflow 2
        from airflow import macros
    return macros


def render_to_text(template: Any, context: Any) -> str:
    """Return a Jinja template filled in as Airflow does it where nothing is rendered natively."""
    try:
        from airflow.sdk.definitions.context import render_template_to_string
    except ImportError:  # Airflow 2
        from airflow.utils.helpers import render_template_to_string
    return str(render_template_to_string(template, context))


def has_retry_policies() -> bool:
    """Return whether tasks have a `retry_policy`."""
    return airflow_version() >= (3, 3)


def retry_policy_class() -> Any:
    """Return the base class of retry policies; `object` before there were any."""
    if not has_retry_policies():
        return object
    from airflow.sdk import RetryPolicy

    return RetryPolicy


def retry_decision(action: str, delay: timedelta | None, reason: str) -> Any:
    """Return what a retry policy decides.

    Args:
        action: The value of a `RetryAction`.
        delay: Until the next try; None for the task's own.
        reason: Why; empty to log nothing.
    """
    from airflow.sdk.definitions.retry_policy import RetryAction, RetryDecision

    return RetryDecision(action=RetryAction(action), retry_delay=delay, reason=reason or None)


def task_state(context: Any) -> Any:
    """Return what keeps values of a task from one try to the next; None before Airflow 3.3."""
    return context.get("task_state_store")


def dag_context() -> Any:
    """Return the class that collects the DAGs of `with DAG(...)` blocks and `@dag` functions."""
    try:
        from airflow.sdk.definitions._internal.contextmanager import DagContext
    except ImportError:  # Airflow 2
        from airflow.models.dag import DagContext
    return DagContext


def place_of(dag: Any, group: Any) -> tuple[Any, Any]:
    """Return the DAG and the task group of an operator, from those that its `__init__` was given."""
    if airflow_version() >= (3, 0):
        return dag, group
    from airflow.models.dag import DagContext
    from airflow.utils.task_group import TaskGroupContext

    dag = dag or DagContext.get_current_dag()  # Airflow 3 passes those of the `with` blocks
    return dag, group or (TaskGroupContext.get_current_task_group(dag) if dag else None)


def limit(dag: Any, name: str) -> int:
    """Return a limit of a DAG such as `max_active_runs`; Airflow's default for None, which Airflow 2 accepts."""
    given = getattr(dag, name)
    return _DEFAULT_LIMIT if given is None else int(given)


def cron_expression(timetable: Any) -> str:
    """Return the cron expression of a timetable, or an empty string."""
    return getattr(timetable, "expression", None) or getattr(timetable, "_expression", None) or ""  # before 3.2


def fixed_interval(timetable: Any) -> Any:
    """Return the fixed time between two runs of a timetable, or None."""
    return getattr(timetable, "delta", None) or getattr(timetable, "_delta", None)  # before 3.2


def serialized(dag: Any) -> dict[str, Any]:
    """Return a DAG as the DAG processor writes it to the database; a change makes a new DAG version."""
    return dict(_codec().to_dict(dag))


def serialized_unvalidated(dag: Any) -> dict[str, Any]:
    """Return a DAG as `serialized` does, without the check against Airflow's JSON schema: a quarter of its time."""
    return dict(_unvalidating_codec().to_dict(dag))


def next_runs(serialized: Mapping[str, Any], after: datetime, number: int) -> Iterator[Any]:
    """Yield the next runs of a DAG that starts now, if it is not paused: `run_after`, `logical_date`, `data_interval`.

    Args:
        serialized: What `serialized` returned.
        after: The present.
        number: How many runs at the most.
    """
    from airflow.timetables.base import TimeRestriction

    dag = _codec().from_dict(serialized)
    timetable, info = dag.timetable, None
    if not timetable.can_be_scheduled or timetable.summary == "@continuous":  # it answers with the present
        return
    starts = [date for date in (after, dag.start_date) if date]
    restriction = TimeRestriction(airflow_date(max(starts)), airflow_date(dag.end_date), catchup=True)
    for _run in range(number):
        if hasattr(timetable, "next_dagrun_info_v2"):  # since 3.2
            info = timetable.next_dagrun_info_v2(last_dagrun_info=info, restriction=restriction)
        else:
            last = info and info.data_interval
            info = timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
        if info is None:
            return
        yield info


def airflow_date(date: datetime | None) -> Any:
    """Return a date of the class that Airflow gives templates and timetables."""
    from airflow.utils import timezone

    return timezone.coerce_datetime(date)


def _codec() -> Any:
    from airflow.serialization import serialized_objects

    return getattr(serialized_objects, "DagSerialization", None) or serialized_objects.SerializedDAG  # before 3.2


@lru_cache(maxsize=1)
def _unvalidating_codec() -> Any:
    return type("Unvalidating", (_codec(),), {"validate_schema": staticmethod(lambda _serialized: None)})


class _Remembered:
    """A configuration that looks each number up once."""

    def __init__(self, configuration: Any) -> None:
        self._configuration = configuration
        self.getint = lru_cache(configuration.getint)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._configuration, name)


def share_serialization_options() -> None:
    """Look an option up once that serialization asks for at each templated field: half its time is for that."""
    from airflow.serialization import helpers

    configured = getattr(helpers, "conf", None)
    if configured:
        helpers.conf = _Remembered(configured)
