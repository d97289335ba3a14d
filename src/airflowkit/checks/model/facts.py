"""What a worker reports about a DAG file: frozen values that cross the process boundary.

Rules that judge one DAG or task run in the worker, beside the live objects. All other rules run on these facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from airflowkit.checks.model.findings import Finding
    from airflowkit.contract.needs import TaskNeeds


class FailureKind(StrEnum):
    """How the import of a DAG file failed."""

    EXCEPTION = "exception"
    EXIT = "exit"
    DEATH = "death"
    TIMEOUT = "timeout"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Need:
    """A value that only the deployment has, and that a file cannot be imported without.

    Attributes:
        kind: `Variable`, `Connection` or `environment variable`.
        name: Its key, id or name.
        path: The keys that lead to the part that matters.
    """

    kind: str
    name: str
    path: tuple[str, ...] = ()


UNKNOWABLE: Final = "what follows cannot be checked: it depends on what Airflow no longer has"
"""The text of the failure of a file that does with a removed name what no stand-in can do."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a DAG file could not be imported.

    Attributes:
        kind: How it failed.
        text: The exception's name and message, or what became of the process.
        line: The line of the DAG file that was being executed.
        missing_module: The module that was not found, for a ModuleNotFoundError.
        elsewhere: Where the exception was raised, if in another file of the repository.
        needs: The values of the deployment that it died of not having.
    """

    kind: FailureKind
    text: str
    line: int | None = None
    missing_module: str | None = None
    elsewhere: str = ""
    needs: tuple[Need, ...] = ()

    @property
    def shared(self) -> bool:
        """Whether other files fail for the same cause: a package is missing, or a module that they import fails."""
        return bool(self.missing_module or self.elsewhere or "task decorator" in self.text)


@dataclass(frozen=True, slots=True)
class Observation:
    """Something that a DAG file did while it was imported, such as the look-up of a Variable.

    Attributes:
        name: What it touched: a Variable's key, a host, a module.
        line: The line of the DAG file that did it, if one did.
    """

    name: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Outdated:
    """A name or an argument that the installed Airflow no longer has, although an older one had it.

    Attributes:
        message: What the file does with it, and what became of it.
        hint: What to write instead.
        line: The line of the DAG file that did it.
        elsewhere: Where it is used, if in another file of the repository.
    """

    message: str
    hint: str
    line: int | None
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class ImportCost:
    """What one import of a DAG file costs.

    Attributes:
        name: The module.
        seconds: The CPU time.
        memory: The bytes by which the process grew.
    """

    name: str
    seconds: float
    memory: int


@dataclass(frozen=True, slots=True)
class Change:
    """Something about a DAG as the DAG processor writes it.

    Attributes:
        dag_id: The DAG.
        text: What is wrong.
        line: Where the DAG is built.
    """

    dag_id: str
    text: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a DAG runs, as far as two can be compared.

    Attributes:
        kind: `cron`, `delta`, `none` (started by hand or by another DAG) or `other`.
        cron: The expression, for `cron`.
        timezone: Its time zone, for `cron`.
    """

    kind: str
    cron: str = ""
    timezone: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A task that waits for another DAG, or starts it.

    Attributes:
        task_id: The task.
        line: Where it is built.
        starts: Whether it starts the other DAG; else it waits for it.
        dag_id: The other DAG.
        task_ids: The other DAG's tasks that it waits for.
        group_id: The other DAG's task group that it waits for.
        seconds: By how much the other run is earlier; None if a function decides.
    """

    task_id: str
    line: int | None
    starts: bool
    dag_id: str
    task_ids: tuple[str, ...] = ()
    group_id: str | None = None
    seconds: float | None = 0.0


@dataclass(frozen=True, slots=True)
class DagFacts:
    """What rules over several files need to know about a DAG.

    Attributes:
        dag_id: Its id.
        line: Where it is built.
        task_ids: All its tasks, in the order of definition.
        group_ids: All its task groups.
        schedule: When it runs.
        references: Other DAGs that its tasks wait for or start.
    """

    dag_id: str
    line: int | None
    task_ids: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()
    schedule: Schedule | None = None
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A DAG file, and how its import went.

    Attributes:
        path: The file.
        failure: Why it could not be imported, or None.
        outdated: Names and arguments for which it could not be imported; they were provided for all that follows.
        still_fails: Why it cannot be imported even with these, or None.
        dags: Its DAGs, in the order of definition; empty after a failure.
        findings: What the rules about DAGs and tasks found.
        variables: Variables that it looked up.
        connections: Connections that it looked up.
        hosts: Hosts that it talked to.
        modules: Loaded modules that it replaced or removed.
        patches: Parts of Airflow's classes, and functions of Python's own, that it replaced.
        output: The beginning of what it printed.
        unregistered_dags: DAGs that it built and that Airflow cannot see.
        tasks_without_dag: Tasks that it built outside any DAG.
        deprecations: The deprecation warnings of Airflow and its providers.
        cpu_seconds: The CPU time of its import.
        memory: The bytes by which its import made the process grow.
        safe_mode: Whether Airflow's safe mode reads it.
        sources: What its DAGs depend on besides: modules of the repository, files and folders that it read.
        serialized: Each DAG's id and serialized form, if the job asked for it.
        evidence: What else each task does, for the proof of a fix, if the job asked for it.
        task_lines: Where the file builds each of these tasks, in the same order.
        needs: What each task needs of the cluster, if the job asked for it.
        outlines: Each DAG's id and outline, if the job asked for it.
        unserializable: DAGs that the DAG processor could not serialize.
        changes: DAGs that differ between two parses.
        imports: What its import statements cost, apart from preloaded modules; only if it is over its budget.
    """

    path: str
    failure: Failure | None = None
    outdated: tuple[Outdated, ...] = ()
    still_fails: Failure | None = None
    dags: tuple[DagFacts, ...] = ()
    findings: tuple[Finding, ...] = ()
    variables: tuple[Observation, ...] = ()
    connections: tuple[Observation, ...] = ()
    hosts: tuple[Observation, ...] = ()
    modules: tuple[Observation, ...] = ()
    patches: tuple[Observation, ...] = ()
    output: str = ""
    unregistered_dags: tuple[Observation, ...] = ()
    tasks_without_dag: tuple[Observation, ...] = ()
    deprecations: tuple[Observation, ...] = ()
    cpu_seconds: float = 0.0
    memory: int = 0
    safe_mode: bool = True
    sources: tuple[str, ...] = ()
    serialized: tuple[tuple[str, str], ...] = ()
    evidence: tuple[str, ...] = ()
    task_lines: tuple[int | None, ...] = ()
    needs: tuple[TaskNeeds, ...] = ()
    outlines: tuple[tuple[str, str], ...] = ()
    unserializable: tuple[Change, ...] = ()
    changes: tuple[Change, ...] = ()
    imports: tuple[ImportCost, ...] = ()

    @property
    def hides_dags(self) -> bool:
        """Whether it may define DAGs that are not known, because its import did not come to its end."""
        return bool(self.still_fails if self.outdated else self.failure)
