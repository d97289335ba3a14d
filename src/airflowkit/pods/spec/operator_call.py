"""What happens when the operator is made: the settings of its DAG file, its checked pod, its upstreams."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from airflowkit._airflow import place_of
from airflowkit.pods.schema.jinja import Rendering
from airflowkit.pods.spec.checked_pod import PodSpec, checked_pod
from airflowkit.settings import Settings, caller_file, load_settings

NOT_OF_THE_POD: Final = frozenset({"dag", "default_args", "params", "task_group", "task_id"})


class _Absence(Enum):
    """An enumeration, because its members stay themselves: Airflow copies the defaults of a mapped task."""

    NOT_GIVEN = "not given"


NOT_GIVEN: Final = _Absence.NOT_GIVEN
"""The default of a keyword for which None means: none, whatever the lower layers say."""


_path: Final = lru_cache(maxsize=512)(Path)
"""A DAG asks once for each task."""


def checked_spec(keywords: dict[str, Any]) -> PodSpec:
    """Return the checked pod of the keywords that Airflow hands to an operator's `__init__`.

    Args:
        keywords: The call's own, and the DAG, the task group and their joined `default_args`.
    """
    dag, _ = place_of(keywords.get("dag"), keywords.get("task_group"))
    dag_id, task_id = ids_of(keywords)
    call = {key: value for key, value in keywords.items() if key not in NOT_OF_THE_POD and value is not NOT_GIVEN}
    defaults = keywords.get("default_args") or {}
    return checked_pod(
        call,
        defaults,
        settings_of(dag),
        dag_id=dag_id,
        task_id=task_id,
        rendering=Rendering.of(dag, {**defaults, **keywords}.get("render_template_as_native_obj")),
    )


def ids_of(keywords: dict[str, Any]) -> tuple[str, str]:
    """Return the ids of the DAG and of the task that an operator's keywords are for; empty where there is no DAG."""
    dag, group = place_of(keywords.get("dag"), keywords.get("task_group"))
    task_id = keywords.get("task_id", "")
    return dag.dag_id if dag else "", group.child_id(task_id) if group else task_id


def settings_of(dag: Any) -> Settings:
    """Return the settings that hold for a DAG's file, or for the calling file where there is no DAG."""
    return load_settings(_path(dag.fileloc) if dag else caller_file())
