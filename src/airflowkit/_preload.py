"""The `airflow.policy` entry point: loads the operator in the DAG processor before it forks.

The DAG processor forks once per file, and imports before that only the modules `airflow.*` that the file names.
`from airflowkit import pod_task` hides the operator from it, so that each fork would import it again: 3.7 times
slower. Airflow loads this module in the parent, early.

A policy module that raises breaks every `airflow` command, so this one never does. It defines no policy.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from typing import Final

_MODULES: Final = (
    "airflowkit.pods.task",
    "airflowkit.pods.override",
    "airflowkit.presets",
    "airflowkit.alerts.teams.notifier",
    # Airflow's serialization imports these in each fork, to find dependencies between DAGs: half of a file's time.
    "airflow.providers.standard.operators.trigger_dagrun",
    "airflow.providers.standard.sensors.external_task",
    "airflow.timetables.trigger",
)


def _preload() -> None:
    for module in _MODULES:
        with suppress(Exception):
            import_module(module)
    with suppress(Exception):
        _build_one()


def _build_one() -> None:
    """Build a pod, to fill the caches that the first pod of a process fills."""
    from airflowkit import Resources, pod_task
    from airflowkit.settings import forget_settings

    pod_task("preload", image="preload:1", cmds=["true"], env_vars={"A": "1"}, resources=Resources(memory="1Mi"))
    # The parent outlives many versions of airflowkit.toml.
    forget_settings()


if "dag-processor" in sys.argv:
    _preload()
