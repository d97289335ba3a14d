"""The `airflow.policy` entry point: loads the operator in the DAG processor before it forks.

The DAG processor forks once per file, and imports in its parent only the modules `airflow.*` that a file
names itself. A file that says `from airflowkit import pod_task` hides the operator from it, so that each
fork would import it anew: 3.7 times slower. Airflow loads this module in the parent, early.

A policy module that raises breaks every `airflow` command, so this one never does. It defines no policy.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module

_PUBLIC_MODULES = (
    "airflowkit.pods.task",
    "airflowkit.pods.override",
    "airflowkit.presets",
    "airflowkit.alerts.notifier",
)


def _preload() -> None:
    for module in _PUBLIC_MODULES:
        with suppress(Exception):
            import_module(module)


if "dag-processor" in sys.argv:
    _preload()
