"""What a rule says about a DAG file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is.

    `ERROR`: Airflow or Kubernetes will reject it, or it does not do what was meant. `WARNING`: it works, and will
    cause trouble. `INFO`: worth knowing; it does not fail a check.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule yields; the engine adds the rest.

    Attributes:
        message: What is wrong, with the value; it follows the DAG's or task's name.
        hint: What to do about it.
        line: The line, if it is not that of the DAG or task.
        task_id: The task that a rule about something larger blames.
        dag_id: The DAG that a rule about something larger blames.
        path: The file that a rule about a folder blames.
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
        line: The line, if there is one.
        dag_id: The DAG, if there is one.
        task_id: The task, if there is one.
        hint: What to do about it.
        fixable: Whether `--fix` may fix it.
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
