"""What a rule says about a DAG file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is.

    `ERROR`: Airflow or Kubernetes refuses it, or it does not do what was meant. `WARNING`: it works, and causes
    trouble later. `INFO`: worth knowing; it does not fail the check.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a subject is."""

    path: str
    line: int | None = None
    dag_id: str | None = None
    task_id: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule yields; `Rule.findings` adds the rest.

    Attributes:
        message: What is wrong, with the value; it follows the DAG's or task's name: `orders: has no tasks`.
        hint: What to do about it.
        line: The line, if it is not that of the DAG or task.
        task_id: The task, if a rule about a DAG or file blames one.
        dag_id: The DAG, if a rule about a file or folder blames one.
        path: The file, if a rule about a folder blames one.
        severity: How bad it is, if not as bad as the rule's other faults.
    """

    message: str
    hint: str = ""
    line: int | None = None
    task_id: str | None = None
    dag_id: str | None = None
    path: str | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault at one place.

    Attributes:
        code: The rule's code, such as `AK101`.
        severity: How bad it is.
        message: What is wrong.
        path: The file.
        line: The line, if one is to blame.
        dag_id: The DAG, if one is to blame.
        task_id: The task, if one is to blame.
        hint: What to do about it.
        fixable: Whether `--fix` can fix it.
        failed: Whether airflowkit itself failed, so that it does not know whether there is a fault.
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
    failed: bool = False

    @property
    def where(self) -> str:
        """The file, and the line, if one is to blame."""
        return f"{self.path}:{self.line}" if self.line else self.path
