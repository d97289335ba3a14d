"""The request for a run: made by `airflowkit.local.run`, served by `airflowkit.local.worker.worker`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Request:
    """What to run.

    Attributes:
        dag: A DAG id or a file.
        dags_folder: The DAG folder.
        scratch: The run's folder, with its volumes.
        runtime: `auto`, `process`, `podman` or `docker`.
        conf: The DAG run's configuration.
        logical_date: ISO 8601, `none`, or None for what the schedule gives.
        verbose: Whether to show Airflow's own log.
        answers: The choices for tasks that ask a person, by task.
        can_ask: Whether there is a person to ask.
        script: The outcome of each pod, as written by `Script.as_json`; None to run the pods.
        python_path: Folders to import from besides those of the repository's deployment.
        partition_key: The partition that the run is for; empty for the last one.
    """

    dag: str
    dags_folder: str
    scratch: str
    runtime: str = "auto"
    conf: Mapping[str, Any] | None = None
    logical_date: str | None = None
    verbose: bool = False
    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    can_ask: bool = False
    script: Mapping[str, Any] | None = None
    python_path: Sequence[str] = ()
    partition_key: str = ""

    def as_json(self) -> str:
        """Return the request for the worker's standard input."""
        return json.dumps(asdict(self))
