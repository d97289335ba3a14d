"""A Kubernetes for tests that runs nothing: the test says what becomes of the pods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflowkit.local.fake.outcomes import PodOutcome, PodOutcomes, Succeeded
from airflowkit.local.fake.script import Script
from airflowkit.local.process.events import OutcomesUsed, PodCreated
from airflowkit.local.run import run_dag

if TYPE_CHECKING:
    from pathlib import Path

    from airflowkit.local.process.events import Event
    from airflowkit.local.process.spawn import OnEvent, Worker
    from airflowkit.local.run import DagRunResult


class FakeCluster:
    """A Kubernetes that runs nothing: the real operator talks to it over HTTP, and you say what becomes of the pods.

    Args:
        folder: The DAG folder.
        worker: Starts the process of a run; None for one with an Airflow of its own.
        on_event: Called with each event of a run.

    Attributes:
        outcomes: What becomes of a task's pods, by `DAG.TASK`: one outcome, a list with one for each try (the
            last stays), or a dictionary of those by map index.
        default: What becomes of all other pods.
        pods: The manifests of the pods that were created, in their order, as the operator sent them.
    """

    def __init__(self, folder: Path, worker: Worker | None, on_event: OnEvent) -> None:
        self._folder = folder
        self._worker = worker
        self._on_event = on_event
        self.outcomes = PodOutcomes()
        self.default: PodOutcome = Succeeded()
        self.pods: list[dict[str, Any]] = []

    def run(self, dag: Any, **options: Any) -> DagRunResult:
        """Run a DAG, or one task of it alone.

        Args:
            dag: A DAG of `dag_bag`, its id, or `DAG.TASK`.
            **options: `conf` and `logical_date` of the run.

        Raises:
            DagNotFound: There is no such DAG or task, or a outcome names none.
            LocalRunError: A outcome can never come true.
        """
        return run_dag(
            dag if isinstance(dag, str) else str(dag.dag_id),
            dags_folder=self._folder,
            script=Script(self.default, self.outcomes),
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
