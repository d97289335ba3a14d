"""Fixtures for users' own tests; installing airflowkit makes them known to pytest.

def test_out_of_memory_is_told(fake_cluster, teams_inbox):
    fake_cluster.outcomes["orders_daily.load"] = OOMKilled()
    result = fake_cluster.run("orders_daily")
    assert result.task("load").reason.startswith("out of memory")
    assert len(teams_inbox.cards) == 1
"""

from __future__ import annotations

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
"""Whether a test itself has passed; its fixtures are torn down after that."""
COLD = pytest.StashKey[bool]()
"""Whether the runs of a session had to start an Airflow each."""


@pytest.fixture(scope="session")
def dag_bag(pytestconfig: pytest.Config) -> Dags:
    """The repository's DAGs, loaded once in the tests' own process."""
    from airflowkit._airflow import keep_home_clean
    from airflowkit.dags import load_files
    from airflowkit.discovery.dag_files import dag_files

    keep_home_clean()  # before anything imports Airflow
    folder = dags_folder(pytestconfig)
    return load_files(dag_files(folder), folder)


@pytest.fixture(scope="session")
def render_pods() -> Callable[[Any], dict[str, dict[str, Any]]]:
    """A function from a DAG to the manifests of its pods by task: the same at every call, so fit for snapshots.

    A mapped task has one for each element that is known without a run, as `task[0]`; where another task's output
    decides on them, it has one as `task`, with what they have in common.
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
    """What starts the runs of `run_dag` and `fake_cluster`: the first of a session starts Airflow, the others fork it.

    Where it cannot be forked, None: each run then starts its own.
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
    """A function that runs a DAG with an Airflow of its own and the pods on this computer, and tells how it went."""
    from airflowkit.local.run import run_dag as run

    def run_here(dag: Any, **options: Any) -> DagRunResult:
        ref = dag if isinstance(dag, str) else str(dag.dag_id)
        worker = None if options.get("keep") else airflowkit_worker
        return run(ref, dags_folder=dags_folder(pytestconfig), worker=worker, on_event=_show, **options)

    return run_here


@pytest.fixture
def fake_cluster(request: pytest.FixtureRequest, airflowkit_worker: Worker | None) -> Iterator[FakeCluster]:
    """A Kubernetes that runs nothing, and where you say what becomes of the pods.

    A outcome that no pod has met fails a test that has passed: it proves nothing, and somebody believes it does.
    """
    from airflowkit.local.fake_cluster import FakeCluster

    cluster = FakeCluster(dags_folder(request.config), airflowkit_worker, _show)
    yield cluster
    if request.node.stash.get(PASSED, False) and (unused := cluster.outcomes.unused):
        lines = "\n".join(f"  {outcome}" for outcome in unused)
        why = "there is no such map index, an earlier try has ended well, or the task was not reached"
        pytest.fail(f"no pod has met its outcome ({why}):\n{lines}", pytrace=False)


@pytest.fixture
def teams_inbox(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[TeamsInbox]:
    """A Teams of the test's own: alerts on the repository's connection end here, over HTTP on this computer."""
    from airflowkit.alerts.teams.inbox import teams
    from airflowkit.settings import load_settings

    ours = load_settings(dags_folder(pytestconfig)).teams.conn_id
    with teams(ours, "msteams_webhook_url", setenv=monkeypatch.setenv) as inbox:
        yield inbox


def dags_folder(config: pytest.Config) -> Path:
    """Return the DAG folder: that of `--airflowkit-dags`, of the setting `airflowkit_dags`, or the repository's.

    Raises:
        NoSuchPath: It does not exist.
    """
    from airflowkit.repository import dags_folder as repositorys_folder
    from airflowkit.repository import dags_folder_of

    root, here = config.rootpath, config.invocation_params.dir
    if named := config.getoption("airflowkit_dags"):
        return dags_folder_of(here / named)
    if named := config.getini("airflowkit_dags"):
        return dags_folder_of((config.inipath.parent if config.inipath else root) / named)
    starts = [here, root] if here.is_relative_to(root) else [root]
    return dags_folder_of(next(filter(None, map(repositorys_folder, starts)), root))


def _show(event: Event) -> None:
    """Print what a run says; pytest shows it where the test fails."""
    from airflowkit.alerts.teams.plain_text import lines_of
    from airflowkit.local.process.events import AlertKept, LogLine, Notice, Output, TaskFailed

    match event:
        case LogLine(task_id=task_id, text=text):
            print(f"{task_id} | {text}")  # noqa: T201  for pytest to capture
        case Output(text=text) | Notice(text=text) | TaskFailed(reason=text):
            print(text)  # noqa: T201  for pytest to capture
        case AlertKept(card=card):
            print("Teams would show:", *lines_of(card), sep="\n  ")  # noqa: T201  for pytest to capture


if not TYPE_CHECKING:  # pytest loads this module in every run of every user: what it offers is loaded on first use

    def __getattr__(name: str) -> object:
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"airflowkit.{_MODULE_OF[name]}"), name)
        globals()[name] = value
        return value
