"""An end of the whole run from within a task, which Airflow would otherwise take for a failed try."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflowkit.errors import AirflowKitError


class RunRefused(BaseException):
    """The run cannot go on; see `airflow_log`, which carries it past Airflow.

    Attributes:
        why: What the user reads.
    """

    def __init__(self, why: AirflowKitError) -> None:
        super().__init__(str(why))
        self.why = why
