"""What Airflow 3 removed from the context of a task: names that templates use and functions take.

Sources: the release notes of Airflow 3.0, ruff's rules AIR301 and AIR303, and `RuntimeTaskInstance` of the task SDK.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXT: Final = "removed in Airflow 3; use "
SUCCESSORS: Final[Mapping[str, str]] = {
    "conf": "dag_run.conf for what a run was started with; read Airflow's settings in the task",
    "execution_date": "logical_date",
    "latest_date": "logical_date",
    "next_ds": "data_interval_end | ds",
    "next_ds_nodash": "data_interval_end | ds_nodash",
    "next_execution_date": "data_interval_end",
    "prev_ds": "macros.ds_add(ds, -1)",
    "prev_ds_nodash": "macros.ds_add(ds, -1) | replace('-', '')",
    "prev_execution_date": "prev_data_interval_start_success",
    "prev_execution_date_success": "prev_data_interval_start_success",
    "tomorrow_ds": "macros.ds_add(ds, 1)",
    "tomorrow_ds_nodash": "macros.ds_add(ds, 1) | replace('-', '')",
    "triggering_dataset_events": "triggering_asset_events",
    "yesterday_ds": "macros.ds_add(ds, -1)",
    "yesterday_ds_nodash": "macros.ds_add(ds, -1) | replace('-', '')",
}
"""What a template uses instead of each removed name."""
_OF_FUNCTIONS: Final = {
    "conf": "dag_run.conf for what a run was started with, or airflow.configuration.conf",
    "next_ds": "data_interval_end",
    "next_ds_nodash": "data_interval_end",
    **dict.fromkeys(("prev_ds", "prev_ds_nodash", "yesterday_ds", "yesterday_ds_nodash"), "logical_date, a day before"),
    **dict.fromkeys(("tomorrow_ds", "tomorrow_ds_nodash"), "logical_date, a day after"),
}
ATTRIBUTES: Final[Mapping[str, str]] = {
    "dag_run.execution_date": "dag_run.logical_date",
    "dag_run.external_trigger": "dag_run.run_type == 'manual'",
    "task_instance.execution_date": "dag_run.logical_date",
    "ti.execution_date": "dag_run.logical_date",
}
"""What a template uses instead of each removed attribute."""
EQUAL: Final[Mapping[str, str]] = {
    "execution_date": "logical_date",
    "tomorrow_ds": "macros.ds_add(ds, 1)",
    "tomorrow_ds_nodash": "((logical_date + macros.timedelta(days=1)) | ds_nodash)",
    "yesterday_ds": "macros.ds_add(ds, -1)",
    "yesterday_ds_nodash": "((logical_date - macros.timedelta(days=1)) | ds_nodash)",
    **{name: "dag_run.logical_date" for name, successor in ATTRIBUTES.items() if successor == "dag_run.logical_date"},
}
"""What gives the same in every run, as an expression that can stand anywhere, without quotes.

`next_ds` and `prev_ds`, for two, were other days in runs that somebody started by hand.
"""


def in_template(name: str) -> str:
    """Return what a template uses instead of a removed name; an empty string for any other."""
    successor = SUCCESSORS.get(name) or ATTRIBUTES.get(name)
    return f"{_TEXT}{successor}" if successor else ""


def in_function(name: str) -> str:
    """Return what a function takes instead of a removed name; an empty string for any other."""
    successor = _OF_FUNCTIONS.get(name) or SUCCESSORS.get(name)
    return f"{_TEXT}{successor}" if successor else ""


def removed_name(message: str) -> str | None:
    """Return the name that a finding of AK311 is about, if Airflow does not provide it."""
    found = re.search(r"uses \{\{ (\S+) \}\}, which Airflow does not provide", message)
    return found[1] if found else None
