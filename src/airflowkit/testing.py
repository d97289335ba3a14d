"""Fixtures for users' own tests; installing airflowkit registers them with pytest.

def test_out_of_memory_is_reported(fake_cluster, teams_inbox):
    fake_cluster.outcomes["orders_daily.load"] = OOMKilled()
    result = fake_cluster.run("orders_daily")
    assert result.task("load").reason.startswith("out of memory")
    assert len(teams_inbox.cards) == 1
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from airflowkit.alerts.teams.inbox import TeamsInbox
    from airflowkit.dags import Dags
    from airflowkit.local.fake.outcomes import (
        Evicted,
        Failed,
        ImagePullBackOff,
        OOMKilled,
        PodOutcome,
        SecretNotFound,
        SlowStart,
        Succeeded,
        Unschedulable,
    )
    from airflowkit.local.fake_cluster import FakeCluster
    from airflowkit.local.process.events import Event
    from airflowkit.local.process.spawn import Worker
    from airflowkit.local.run import DagRunResult

__all__ = [
    "Dags",
    "Evicted",
    "Failed",
    "FakeCluster",
    "ImagePullBackOff",
    "OOMKilled",
    "PodOutcome",
    "SecretNotFound",
    "SlowStart",
    "Succeeded",
    "TeamsInbox",
    "Unschedulable",
]

_MODULE_OF = dict.fromkeys(__all__, "local.fake.outcomes") | {
    "Dags": "dags",
    "FakeCluster": "local.fake_cluster",
    "TeamsInbox": "alerts.teams.inbox",
}

PASSED = pytest.StashKey[bool]()
"""Whether a test has passed, for the teardown of its fixtures."""
COLD = pytest.StashKey[bool]()
"""Whether each run of a session has to start its own Airflow."""


@pytest.fixture(scope="session")
def dag_bag(pytestconfig: pytest.Config) -> Dags:
    """The repository's DAGs, loaded once in the tests' process."""
    from airflowkit._airflow import keep_home_clean
    from airflowkit.dags import load_files
    from airflowkit.discovery.dag_files import dag_files

    keep_home_clean()  # before anything imports Airflow
    folder = dags_folder(pytestconfig)
    return load_files(dag_files(folder), folder)


@pytest.fixture(scope="session")
def render_pods() -> Callable[[Any], dict[str, dict[str, Any]]]:
    """A function that returns a DAG's pod manifests by task: the same at every call, so you can snapshot them.

    A mapped task has one for each element that is known without a run, as `task[0]`; where its elements come from
    another task's output, it has one, as `task`, with what they have in common.
    """

    def render(dag: Any) -> dict[str, dict[str, Any]]:
        return dict(rendered for task in dag.tasks for rendered in _rendered(task))

    return render


def _rendered(task: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    from airflowkit.pods.expansion import elements, is_mapped, is_pod, of_element
    from airflowkit.pods.render import render_pod

    if not is_pod(task):
        return
    if not is_mapped(task):
        yield task.task_id, render_pod(task)
        return
    for element in elements(task):
        index = "" if element.index is None else f"[{element.index}]"
        yield f"{task.task_id}{index}", render_pod(of_element(task, element))


@pytest.fixture(scope="session")
def airflowkit_worker(pytestconfig: pytest.Config) -> Iterator[Worker | None]:
    """What starts the runs of `run_dag` and `fake_cluster`: the first one starts Airflow, the others fork it.

    None where Airflow cannot be forked: each run then starts its own.
    """
    from airflowkit.local.worker.warm import WarmAirflow, can_stay_warm

    pytestconfig.stash[COLD] = not can_stay_warm()
    if not can_stay_warm():
        yield None
        return
    with WarmAirflow() as airflow:
        yield airflow.worker


@pytest.fixture
def run_dag(pytestconfig: pytest.Config, airflowkit_worker: Worker | None) -> Callable[..., DagRunResult]:
    """A function that runs a DAG on an embedded Airflow, with its pods on this computer, and returns the result."""
    from airflowkit.local.run import run_dag as run

    def run_here(dag: Any, **options: Any) -> DagRunResult:
        ref = dag if isinstance(dag, str) else str(dag.dag_id)
        worker = None if options.get("keep") else airflowkit_worker
        options = {"python_path": python_path(pytestconfig), "worker": worker, "on_event": _show} | options
        return run(ref, dags_folder=dags_folder(pytestconfig), **options)

    return run_here


@pytest.fixture
def fake_cluster(request: pytest.FixtureRequest, airflowkit_worker: Worker | None) -> Iterator[FakeCluster]:
    """A Kubernetes that runs nothing; you say how the pods end.

    An outcome that no pod has used fails a test that has otherwise passed, because that test proves nothing.
    """
    from airflowkit.local.fake_cluster import FakeCluster

    config = request.config
    cluster = FakeCluster(dags_folder(config), airflowkit_worker, _show, python_path(config))
    yield cluster
    if request.node.stash.get(PASSED, False) and (unused := cluster.outcomes.unused):
        lines = "\n".join(f"  {outcome}" for outcome in unused)
        why = "there is no such map index, an earlier try succeeded, or the task was not reached"
        pytest.fail(f"unused outcomes ({why}):\n{lines}", pytrace=False)


@pytest.fixture
def teams_inbox(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[TeamsInbox]:
    """A local Teams: alerts on the repository's connection are posted here, over HTTP on this computer."""
    from airflowkit.alerts.teams.inbox import serve_teams
    from airflowkit.setting_sections import DEFAULT_CONN_ID
    from airflowkit.settings import load_settings

    conn_id = load_settings(dags_folder(pytestconfig)).teams.conn_id
    with serve_teams(conn_id, DEFAULT_CONN_ID, setenv=monkeypatch.setenv) as inbox:
        yield inbox


def dags_folder(config: pytest.Config) -> Path:
    """Return the DAG folder: from `--airflowkit-dags`, else from the setting `airflowkit_dags`, else the repository's.

    Raises:
        NoSuchPath: It does not exist.
    """
    from airflowkit.repository import dags_folder as folder_of_repository
    from airflowkit.repository import dags_folder_of

    root, here = config.rootpath, config.invocation_params.dir
    if named := config.getoption("airflowkit_dags"):
        return dags_folder_of(here / named)
    if named := config.getini("airflowkit_dags"):
        return dags_folder_of((config.inipath.parent if config.inipath else root) / named)
    starts = [here, root] if here.is_relative_to(root) else [root]
    return dags_folder_of(next(filter(None, map(folder_of_repository, starts)), root))


def python_path(config: pytest.Config) -> tuple[str, ...]:
    """Return the tests' own folders on the import path: a run in another process imports from them as `dag_bag` does.

    They come from pytest's `pythonpath`, from a `conftest.py`, or from `python -m pytest`.
    """
    root = config.rootpath
    return tuple(path for path in sys.path if _is_of_repository(path, root))


def _is_of_repository(path: str, root: Path) -> bool:
    return path.startswith(str(root)) and not path.startswith(sys.prefix) and "site-packages" not in path


def _show(event: Event) -> None:
    """Print what a run reports; pytest shows it when the test fails."""
    from airflowkit.alerts.teams.plain_text import lines_of
    from airflowkit.local.process.events import AlertKept, LogLine, Notice, Output, TaskFailed

    match event:
        case LogLine(task_id=task_id, text=text):
            print(f"{task_id} | {text}")  # noqa: T201  for pytest to capture
        case Output() | Notice() | TaskFailed():
            print(event.text)  # noqa: T201  for pytest to capture
        case AlertKept(card=card):
            print("Teams would show:", *lines_of(card), sep="\n  ")  # noqa: T201  for pytest to capture


if not TYPE_CHECKING:  # pytest loads this module in every run of every user, so the names are loaded on first use

    def __getattr__(name: str) -> object:
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"airflowkit.{_MODULE_OF[name]}"), name)
        globals()[name] = value
        return value
