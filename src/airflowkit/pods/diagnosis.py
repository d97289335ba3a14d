"""Why a pod died, in words, and where the DAG's own callback finds it later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

XCOM_KEY: Final = "airflowkit_diagnosis"
"""A failed task leaves its diagnosis under this key: a DAG-level callback gets no exception, but may read XComs."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why a task failed; redacted and bounded, fit for a log, a card and an XCom.

    Attributes:
        reason: One line that says why, such as `out of memory: used 512Mi of 512Mi`.
        advice: What to do about it; may be empty.
        log_tail: The last lines of the log.
    """

    reason: str
    advice: str = ""
    log_tail: tuple[str, ...] = ()
