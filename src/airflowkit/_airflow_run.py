"""What `dag.test()` of the supported Airflow versions (3.1 to 3.4) lacks or does differently, for local runs."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from airflowkit._airflow import BUNDLE, empty_dag_bag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_OF_OLDER: Final = "_CADWYN_DELETED_ROUTE"
"""Cadwyn's tag of a route that the newest version of an API does not have."""


def sync_dag(dag: Any, path: Path, dags_folder: Path) -> None:
    """Write a DAG to the database as if it were in the (empty) DAG folder, so that `dag.test()` knows it.

    `dag.test()` parses the DAG folder again on every call (Airflow issue 64884); an empty one costs nothing.
    """
    from airflow.dag_processing.bundles.manager import DagBundlesManager

    try:
        from airflow.dag_processing.dagbag import sync_bag_to_db
    except ImportError:  # before 3.2
        from airflow.models.dagbag import sync_bag_to_db
    DagBundlesManager().sync_bundles_to_db()
    bag = empty_dag_bag(dags_folder)
    dag.relative_fileloc = path.name
    bag.bag_dag(dag)
    sync_bag_to_db(bag, BUNDLE, None)


def asset_references(dag: Any) -> frozenset[str]:
    """Return the names and URIs by which a DAG's tasks refer to assets that they do not define."""
    from airflow.sdk.definitions.asset import AssetRef

    things = (thing for task in dag.tasks for thing in (*task.inlets, *task.outlets))
    return frozenset(
        str(getattr(thing, "name", "") or getattr(thing, "uri", "")) for thing in things if isinstance(thing, AssetRef)
    )


@dataclass(frozen=True, slots=True)
class AssetUpdate:
    """An update of an asset by a task.

    Attributes:
        names: The asset's name and URI.
        aliases: The aliases by which the task has updated it.
        partitioned: Whether it is of a partition only.
    """

    names: frozenset[str]
    aliases: frozenset[str]
    partitioned: bool


def asset_updates() -> list[AssetUpdate]:
    """Return what tasks have updated in this Airflow."""
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with own_session(), create_session() as session:
        return [
            AssetUpdate(
                frozenset({event.asset.name, event.asset.uri}),
                frozenset(alias.name for alias in event.source_aliases),
                bool(getattr(event, "partition_key", None)),  # from 3.2 on
            )
            for event in session.scalars(select(AssetEvent).where(AssetEvent.source_task_id.is_not(None)))
        ]


def scheduling_assets(dag: Any) -> Any:
    """Return the condition of assets that starts a DAG, or None."""
    return dag.timetable.asset_condition if assets_start(dag) else None


def starts_of_partitions(dag: Any) -> bool:
    """Return whether only updates of partitions start a DAG."""
    return "PartitionedAssetTimetable" in _timetables(dag)


def task_instances(dag_run: Any) -> list[Any]:
    """Return a run's task instances as the database has them now."""
    from airflow.utils.session import create_session

    with create_session() as session:
        instances = dag_run.get_task_instances(session=session)
        session.expunge_all()
    return list(instances)


def task_api() -> Any:
    """Return the API that the tasks of `dag.test()` talk to, shared by them: starting it takes over a second.

    From 3.3 on Airflow shares it and waits for its start; before, a quick task may find it without its services.
    """
    from airflow.sdk.execution_time import supervisor

    _serve_newest_version_only()
    if not hasattr(supervisor.in_process_api_server, "cache_info"):
        supervisor.in_process_api_server = lru_cache(maxsize=1)(supervisor.in_process_api_server)
    api = supervisor.in_process_api_server()
    started = threading.Event()
    api.transport.app.loop.call_soon_threadsafe(started.set)  # it runs after the start, in turn
    started.wait()
    return api


def _serve_newest_version_only() -> None:
    """Leave out the API's older versions: its only client asks for the newest.

    Airflow makes all routes of all versions at the first request, which takes half of a short run's time.
    """
    from airflow.api_fastapi.execution_api import routes, versions
    from cadwyn import Version, VersionBundle  # noqa: PLC0415  it comes with Airflow

    every = versions.bundle
    newest, *older = every.versions
    if older:  # changes that the newest version brought ask for the version by the variable that they know
        ours = VersionBundle(every.head_version, Version(newest.value), api_version_var=every.api_version_var)
        versions.bundle = ours
        router = routes.execution_api_router
        router.routes = [route for route in router.routes if _OF_OLDER not in getattr(route, "tags", ())]


def assets_start(dag: Any) -> bool:
    """Return whether assets may start a DAG."""
    return "AssetTriggeredTimetable" in _timetables(dag)


def always_undated(dag: Any) -> bool:
    """Return whether no run that a DAG's own schedule starts has a logical date: assets or partitions start it."""
    names = _timetables(dag)
    return bool(names & {"CronPartitionTimetable", "PartitionedAtRuntime"}) or (
        assets_start(dag) and "AssetOrTimeSchedule" not in names
    )


def _timetables(dag: Any) -> set[str]:
    """Return the names of a DAG's timetable's classes: from 3.2 on there are two of each."""
    return {cls.__name__ for cls in type(dag.timetable).__mro__}


@dataclass(frozen=True, slots=True)
class Partition:
    """What a run is for, in a DAG that runs once for each partition.

    Attributes:
        key: Its key.
        source_key: That of the asset's partition, if an asset starts the run.
        date: The partition's date, where a schedule has it.
    """

    key: str
    source_key: str = ""
    date: datetime | None = None


_ISO: Final = "%Y-%m-%dT%H:%M:%S"
"""The format of `CronPartitionTimetable`'s keys, unless it is given another one."""


def partition_at(dag: Any, date: datetime) -> Partition | None:
    """Return the last partition before a date that a DAG has a run for; None if it has no partitions, or none yet.

    Raises:
        ValueError: What key its runs have depends on keys that are not known.
    """
    names = _timetables(dag)
    if names.isdisjoint({"CronPartitionTimetable", "PartitionedAssetTimetable"}):
        return None
    from airflow.sdk.timezone import coerce_datetime
    from airflow.serialization.encoders import coerce_to_core_timetable

    timetable: Any = coerce_to_core_timetable(dag.timetable)
    if "CronPartitionTimetable" in names:
        last = timetable._align_to_prev(coerce_datetime(date))  # noqa: SLF001  it has no public name
        begins, key = timetable._get_partition_info(last)  # noqa: SLF001  it has no public name
        return Partition(key, date=begins)
    first = next((asset for asset, _ in timetable.asset_condition.iter_assets()), None)
    mapper = (
        timetable.get_partition_mapper(name=first.name, uri=first.uri) if first else timetable.default_partition_mapper
    )
    source = next(iter(getattr(mapper, "allowed_keys", ())), date.strftime(_ISO))
    keys = mapper.to_downstream(source)
    return Partition(keys if isinstance(keys, str) else next(iter(keys)), source)


@contextmanager
def started_by_schedule(dag: Any, partition: Partition | None, *, by_assets: bool) -> Iterator[None]:
    """Have `dag.test()` create its run as the scheduler does when assets or a partition start it."""
    from airflow.models import dagrun

    create = dagrun.get_or_create_dagrun

    def create_as_scheduler(*, session: Any, **rest: Any) -> Any:
        run = create(session=session, **rest)
        if run.dag_id != dag.dag_id:  # another DAG's, which one of its tasks waits for
            return run
        if by_assets:
            run.consumed_asset_events.extend(_asset_events(session, dag.dag_id, partition))
        run.run_type = "asset_triggered" if by_assets else "scheduled"
        if partition:
            run.partition_key, run.partition_date = partition.key, partition.date
        session.commit()
        return run

    with patch.object(dagrun, "get_or_create_dagrun", create_as_scheduler):
        yield


def _asset_events(session: Any, dag_id: str, partition: Partition | None) -> Iterator[Any]:
    """Yield an event of each asset that a DAG's schedule names, itself, by reference or by alias."""
    from airflow.models import asset as models
    from sqlalchemy import select

    def scheduling(reference: Any) -> Iterator[Any]:
        yield from session.scalars(select(reference).where(reference.dag_id == dag_id))

    def known(**fields: str) -> Any:
        found = session.scalar(select(models.AssetModel).filter_by(**fields))
        if found is None:  # no DAG that runs here has it
            found = models.AssetModel(**fields)
            session.add_all([found, models.AssetActive.for_asset(found)])
            session.flush()
        return found

    origin = {"partition_key": partition.source_key or partition.key} if partition else {}
    found: dict[int, list[Any]] = {each.asset_id: [] for each in scheduling(models.DagScheduleAssetReference)}
    found |= {known(name=each.name).id: [] for each in scheduling(models.DagScheduleAssetNameReference)}
    found |= {known(uri=each.uri).id: [] for each in scheduling(models.DagScheduleAssetUriReference)}
    for each in scheduling(models.DagScheduleAssetAliasReference):
        alias = session.get(models.AssetAliasModel, each.alias_id)
        found.setdefault(known(name=alias.name).id, []).append(alias)
    for asset_id, aliases in found.items():
        yield models.AssetEvent(asset_id=asset_id, extra={}, source_aliases=aliases, **origin)


@contextmanager
def existing_run(dag_id: str, run_id: str) -> Iterator[None]:
    """Have `dag.test()` execute a run that the API has created, as the scheduler does, and leave the DAG's others."""
    from airflow.models import dagrun
    from airflow.utils.state import DagRunState

    try:
        from airflow.serialization.definitions.dag import SerializedDAG
    except ImportError:  # before 3.2
        from airflow.serialization.serialized_objects import SerializedDAG

    def existing(*, dag: Any, session: Any, **_: Any) -> Any:
        run = _dag_run(session, dagrun.DagRun, dag_id, run_id)
        run.dag = dag
        run.set_state(DagRunState.RUNNING)
        session.commit()
        return run

    with patch.object(dagrun, "get_or_create_dagrun", existing), patch.object(SerializedDAG, "clear_dags"):
        yield


def _dag_run(session: Any, model: Any, dag_id: str, run_id: str) -> Any:
    from sqlalchemy import select

    return session.scalar(select(model).where(model.dag_id == dag_id, model.run_id == run_id))


@dataclass(frozen=True, slots=True)
class CreatedRun:
    """A run that Airflow has created.

    Attributes:
        logical_date: Its date, if it has one.
        run_after: The time before which a scheduler does not start it.
        conf: Its configuration.
    """

    logical_date: datetime | None
    run_after: datetime
    conf: Mapping[str, Any]

    @property
    def is_later(self) -> bool:
        """Whether a scheduler would not start it yet."""
        return self.run_after > datetime.now(UTC)


def created_run(dag_id: str, run_id: str) -> CreatedRun:
    """Return a run that the API has created."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    with own_session(), create_session() as session:
        run = _dag_run(session, DagRun, dag_id, run_id)
        return CreatedRun(run.logical_date, run.run_after, run.conf or {})


def has_run(dag_id: str, logical_date: datetime) -> bool:
    """Return whether a DAG has a run of a logical date."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with own_session(), create_session() as session:
        found = select(DagRun.id).where(DagRun.dag_id == dag_id, DagRun.logical_date == logical_date)
        return session.scalar(found) is not None


@contextmanager
def own_session() -> Iterator[None]:
    """Use another database session in this thread for a while: that of a `dag.test()` has its run in it."""
    from airflow import settings
    from sqlalchemy.util import ThreadLocalRegistry

    sessions: Any = settings.Session
    with patch.object(sessions, "registry", ThreadLocalRegistry(sessions.session_factory)):
        try:
            yield
        finally:
            sessions.remove()


@contextmanager
def with_exceptions() -> Iterator[None]:
    """Hand callbacks the exception that a task failed with, as workers do; before 3.3 `dag.test()` does not."""
    from airflow.sdk.execution_time import task_runner

    finalize = task_runner.finalize

    def with_exception(ti: Any, state: Any, context: Any, log: Any, error: BaseException | None = None) -> None:
        if error is not None:
            context["exception"] = error
        finalize(ti, state, context, log, error)

    with patch.object(task_runner, "finalize", with_exception):
        yield


@contextmanager
def after_each_trigger(act: Callable[[str, str], None]) -> Iterator[None]:
    """Call a function with the id of a DAG, and of the run of it that a task has just had the API create."""
    from airflow.sdk.execution_time.comms import ErrorResponse, TriggerDagRun
    from airflow.sdk.execution_time.supervisor import InProcessSupervisorComms

    send = InProcessSupervisorComms.send

    def send_and_act(self: Any, msg: Any) -> Any:
        answer = send(self, msg)
        if isinstance(msg, TriggerDagRun) and not isinstance(answer, ErrorResponse):
            act(msg.dag_id, msg.run_id)
        return answer

    with patch.object(InProcessSupervisorComms, "send", send_and_act):
        yield


def mapped_over(task: Any) -> list[Any]:
    """Return the tasks whose output decides how many instances a task has."""
    group = task.task_group
    while group is not None and not hasattr(group, "_expand_input"):
        group = group.parent_group
    own = task._get_specified_expand_input() if hasattr(task, "_get_specified_expand_input") else None  # noqa: SLF001
    inputs = [own, getattr(group, "_expand_input", None)]
    return [operator for each in inputs if each is not None for operator, _ in each.iter_references()]
