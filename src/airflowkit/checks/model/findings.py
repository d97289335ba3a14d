"""What a rule says about a DAG file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is.

    `ERROR`: Airflow or Kubernetes will refuse it, or it does something else than what was meant. `WARNING`: it
    works and will hurt. `INFO`: worth knowing; it fails no check.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule yields; the engine knows the rest.

    Attributes:
        message: What is wrong, with the value; it reads on from the DAG's or task's name.
        hint: What to do about it.
        line: The line, where it is not that of the DAG or task.
        task_id: The task, where a rule about something larger blames one.
        dag_id: The DAG, where a rule about something larger blames one.
        path: The file, where a rule about a folder blames one.
    """

    message: str
    hint: str = ""
    line: int | None = None
    task_id: str | None = None
    dag_id: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault at one place.

    Attributes:
        code: The rule's code, such as `AK101`.
        severity: How bad it is.
        message: What is wrong.
        path: The file.
        line: The line, where one is to blame.
        dag_id: The DAG, where one is to blame.
        task_id: The task, where one is to blame.
        hint: What to do about it.
        fixable: Whether `--fix` may mend it.
    """

    code: str
    severity: Severity
    message: str
    path: str
    line: int | None = None
    dag_id: str | None = None
    task_id: str | None = None
    hint: str = ""
    fixable: bool = False
