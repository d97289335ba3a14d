"""A Kubernetes for tests that runs nothing: the test says how the pods end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflowkit.local.fake.outcomes import PodOutcome, PodOutcomes, Succeeded
from airflowkit.local.fake.script import Script
from airflowkit.local.process.events import OutcomesUsed, PodCreated
from airflowkit.local.run import run_dag

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from airflowkit.local.process.events import Event
    from airflowkit.local.process.spawn import OnEvent, Worker
    from airflowkit.local.run import DagRunResult


class FakeCluster:
    """A Kubernetes that runs nothing: the real operator talks to it over HTTP, and you say how the pods end.

    Args:
        folder: The DAG folder.
        worker: Starts the process of a run; None starts a new Airflow for each.
        on_event: Called with each event of a run.
        python_path: Folders to import from besides those of the repository's deployment.

    Attributes:
        outcomes: The outcomes of a task's pods by `DAG.TASK`: one, a list with one for each try (the last one holds
            for all further tries), or a dictionary of these by map index.
        default: The outcome of all other pods.
        pods: The manifests of the created pods, in order, as the operator sent them.
    """

    def __init__(self, folder: Path, worker: Worker | None, on_event: OnEvent, python_path: Sequence[str] = ()) -> None:
        self._folder = folder
        self._worker = worker
        self._on_event = on_event
        self._python_path = python_path
        self.outcomes = PodOutcomes()
        self.default: PodOutcome = Succeeded()
        self.pods: list[dict[str, Any]] = []

    def run(self, dag: Any, **options: Any) -> DagRunResult:
        """Run a DAG, or a single task of it.

        Args:
            dag: A DAG of `dag_bag`, its id, or `DAG.TASK`.
            **options: `conf` and `logical_date` of the run.

        Raises:
            DagNotFound: There is no such DAG or task, or an outcome is for one that does not exist.
            LocalRunError: An outcome cannot happen.
        """
        return run_dag(
            dag if isinstance(dag, str) else str(dag.dag_id),
            dags_folder=self._folder,
            script=Script(self.default, self.outcomes),
            python_path=self._python_path,
            worker=self._worker,
            on_event=self._take,
            **options,
        )

    def _take(self, event: Event) -> None:
        if isinstance(event, PodCreated):
            self.pods.append(event.manifest)
        elif isinstance(event, OutcomesUsed):
            self.outcomes.note(event.turns)
        self._on_event(event)
