"""Fixtures for users' own tests; installing airflowkit makes them known to pytest.

def test_out_of_memory_is_told(fake_cluster, teams_inbox):
    fake_cluster.fates["orders_daily.load"] = OOMKilled()
    result = fake_cluster.run("orders_daily")
    assert result.task("load").reason.startswith("out of memory")
    assert len(teams_inbox.cards) == 1
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from airflowkit.local.fates import (
    Evicted,
    Failed,
    Fate,
    Fates,
    ImagePullBackOff,
    OOMKilled,
    Script,
    SecretNotFound,
    SlowStart,
    Succeeded,
    Unschedulable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from airflowkit.local.events import Event
    from airflowkit.local.run import DagRunResult
    from airflowkit.local.warm import WarmAirflow

__all__ = [
    "Dags",
    "Evicted",
    "Failed",
    "FakeCluster",
    "Fate",
    "ImagePullBackOff",
    "OOMKilled",
    "SecretNotFound",
    "SlowStart",
    "Succeeded",
    "TeamsInbox",
    "Unschedulable",
]


@dataclass(frozen=True, slots=True)
class Dags:
    """The DAGs of the DAG folder.

    Attributes:
        dags: Airflow's DAGs by their ids.
        import_errors: Why a file could not be imported, by its path.
    """

    dags: Mapping[str, Any]
    import_errors: Mapping[str, str]

    def __getitem__(self, dag_id: str) -> Any:
        return self.dags[dag_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.dags)

    def __len__(self) -> int:
        return len(self.dags)


@dataclass(frozen=True, slots=True)
class TeamsInbox:
    """What Teams would have got.

    Attributes:
        messages: Each request's body, in the order of arrival.
    """

    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The Adaptive Cards, in the order of arrival."""
        return [attachment["content"] for message in self.messages for attachment in message["attachments"]]


class FakeCluster:
    """A Kubernetes that runs nothing: the real operator talks to it over HTTP, and you say what becomes of the pods.

    Args:
        folder: The DAG folder.
        airflow: The Airflow that runs the DAGs.

    Attributes:
        fates: What becomes of a task's pods, by `DAG.TASK`: one fate, a list of one for each try (the last stays), or
            a dictionary of such by map index.
        default: What becomes of all other pods.
        pods: The manifests of the pods that were created, in their order, as the operator sent them.
    """

    def __init__(self, folder: Path, airflow: WarmAirflow) -> None:
        self._folder = folder
        self._worker = airflow.worker
        self.fates = Fates()
        self.default: Fate = Succeeded()
        self.pods: list[dict[str, Any]] = []

    def run(self, dag: Any, **options: Any) -> DagRunResult:
        """Run a DAG, or one task of it alone.

        Args:
            dag: A DAG of `dag_bag`, its id, or `DAG.TASK`.
            **options: `conf` and `logical_date` of the run.

        Raises:
            DagNotFound: There is no such DAG or task, or a fate names none.
            LocalRunError: A fate can never come true.
        """
        from airflowkit.local.run import run_dag as run

        script = Script(self.default, self.fates)
        return run(
            _ref(dag), dags_folder=self._folder, script=script, worker=self._worker, on_event=self._take, **options
        )

    def _take(self, event: Event) -> None:
        from airflowkit.local.events import PodCreated

        if isinstance(event, PodCreated):
            self.pods.append(event.manifest)
        _show(event)


@pytest.fixture(scope="session")
def dag_bag(pytestconfig: pytest.Config) -> Dags:
    """The repository's DAGs, loaded once in the tests' own process."""
    from airflowkit._airflow import keep_home_clean
    from airflowkit.checks.discovery import dag_files
    from airflowkit.dags import load_file
    from airflowkit.errors import DagLoadError

    keep_home_clean()  # before anything imports Airflow
    folder = dags_folder(pytestconfig)
    dags: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for path in dag_files(folder):
        try:
            dags |= {loaded.dag.dag_id: loaded.dag for loaded in load_file(path, folder)}
        except DagLoadError as error:
            errors[str(path)] = error.message
    return Dags(dags, errors)


@pytest.fixture(scope="session")
def render_pods() -> Callable[[Any], dict[str, dict[str, Any]]]:
    """A function from a DAG to the manifests of its pods by task: the same at every call, so fit for snapshots."""
    from airflowkit.checks.pods import is_pod
    from airflowkit.pods.render import render_pod

    def render(dag: Any) -> dict[str, dict[str, Any]]:
        return {task.task_id: render_pod(task) for task in dag.tasks if is_pod(task)}

    return render


@pytest.fixture(scope="session")
def airflowkit_airflow() -> Iterator[WarmAirflow]:
    """The Airflow of `run_dag` and `fake_cluster`: the first run of a session starts it, the others fork it."""
    from airflowkit.local.warm import WarmAirflow

    with WarmAirflow() as airflow:
        yield airflow


@pytest.fixture
def run_dag(pytestconfig: pytest.Config, airflowkit_airflow: WarmAirflow) -> Callable[..., DagRunResult]:
    """A function that runs a DAG with an Airflow of its own and the pods on this computer, and tells how it went."""
    from airflowkit.local.run import run_dag as run

    def run_here(dag: Any, **options: Any) -> DagRunResult:
        worker = None if options.get("keep") else airflowkit_airflow.worker
        return run(_ref(dag), dags_folder=dags_folder(pytestconfig), worker=worker, on_event=_show, **options)

    return run_here


@pytest.fixture
def fake_cluster(pytestconfig: pytest.Config, airflowkit_airflow: WarmAirflow) -> FakeCluster:
    """A Kubernetes that runs nothing, and where you say what becomes of the pods."""
    return FakeCluster(dags_folder(pytestconfig), airflowkit_airflow)


@pytest.fixture
def teams_inbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[TeamsInbox]:
    """A Teams of the test's own: alerts on the default connection end here, over HTTP on this computer."""
    inbox = TeamsInbox()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(inbox)) as server:
        url = f"http://127.0.0.1:{server.server_port}/workflows?sig=test"
        connection = {"conn_type": "http", "password": url}
        monkeypatch.setenv("AIRFLOW_CONN_MSTEAMS_WEBHOOK_URL", json.dumps(connection))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield inbox
        server.shutdown()


def dags_folder(config: pytest.Config) -> Path:
    """Return the DAG folder that `--airflowkit-dags` names, or the repository's.

    Raises:
        NoSuchPath: It does not exist.
    """
    from airflowkit.checks.discovery import dag_folder, default_folder

    named = config.getoption("--airflowkit-dags")
    return dag_folder(Path(named) if named else default_folder()).absolute()


def _ref(dag: Any) -> str:
    return dag if isinstance(dag, str) else str(dag.dag_id)


def _show(event: Event) -> None:
    """Print what a run says; pytest shows it where the test fails."""
    from airflowkit.local.events import LogLine, Notice, Output, TaskFailed

    match event:
        case LogLine(task_id=task_id, text=text):
            print(f"{task_id} | {text}")  # noqa: T201  for pytest to capture
        case Output(text=text) | Notice(text=text) | TaskFailed(reason=text):
            print(text)  # noqa: T201  for pytest to capture


def _handler(inbox: TeamsInbox) -> type[BaseHTTPRequestHandler]:
    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            inbox.messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Keep the test's output to the test."""

    return Receiver
