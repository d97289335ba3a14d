"""What a source says about the thing that it examined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflowkit.deploy.doctor.codes import codes

if TYPE_CHECKING:
    from airflowkit.checks.model.findings import Severity
    from airflowkit.deploy.doctor.codes import Code


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault.

    Attributes:
        code: A code of the register; everything that its findings have in common is there.
        message: What is wrong, with names and never a value that may be secret.
        subject: What it is about: a key of the values, `Secret orders-db`, `orders_daily.extract`.
        hint: What to do about it.
        path: The file, if it is in one.
        line: The line of the file.
        reference: Where that is said, such as `apache/airflow#43247`.
        severity: How bad it is, if not as bad as the code's other findings.
        failed: Whether airflowkit itself failed.
    """

    code: str
    message: str
    subject: str = ""
    hint: str = ""
    path: str = ""
    line: int | None = None
    reference: str = ""
    severity: Severity | None = None
    failed: bool = False

    @property
    def about(self) -> Code:
        """What the register says of its code."""
        return codes()[self.code]

    @property
    def weight(self) -> Severity:
        """How bad it is."""
        return self.severity or self.about.severity

    @property
    def sentence(self) -> str:
        """The subject and what is wrong with it."""
        return f"{self.subject}: {self.message}" if self.subject else self.message
