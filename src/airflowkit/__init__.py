"""Checked pods, house rules, alerts, repositories and local runs for Apache Airflow on Kubernetes.

The names are loaded on first use (PEP 562), so that `import airflowkit` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflowkit.alerts.delivery import send_card
    from airflowkit.alerts.notifier import TeamsNotifier, teams_failure, teams_recovery
    from airflowkit.errors import AirflowKitError, PodSpecError
    from airflowkit.pods.env import ConfigMapEnv, ConfigMapEnvFrom, FieldEnv, SecretEnv, SecretEnvFrom
    from airflowkit.pods.override import pod_override
    from airflowkit.pods.resources import Resources
    from airflowkit.pods.task import pod_task
    from airflowkit.pods.volumes import ClaimVolume, ConfigMapVolume, EmptyDirVolume, SecretVolume
    from airflowkit.presets import dag_args, default_args

__all__ = [
    "AirflowKitError",
    "ClaimVolume",
    "ConfigMapEnv",
    "ConfigMapEnvFrom",
    "ConfigMapVolume",
    "EmptyDirVolume",
    "FieldEnv",
    "PodSpecError",
    "Resources",
    "SecretEnv",
    "SecretEnvFrom",
    "SecretVolume",
    "TeamsNotifier",
    "dag_args",
    "default_args",
    "pod_override",
    "pod_task",
    "send_card",
    "teams_failure",
    "teams_recovery",
]

_MODULE_OF = {
    "AirflowKitError": "errors",
    "ClaimVolume": "pods.volumes",
    "ConfigMapEnv": "pods.env",
    "ConfigMapEnvFrom": "pods.env",
    "ConfigMapVolume": "pods.volumes",
    "EmptyDirVolume": "pods.volumes",
    "FieldEnv": "pods.env",
    "PodSpecError": "errors",
    "Resources": "pods.resources",
    "SecretEnv": "pods.env",
    "SecretEnvFrom": "pods.env",
    "SecretVolume": "pods.volumes",
    "TeamsNotifier": "alerts.notifier",
    "dag_args": "presets",
    "default_args": "presets",
    "pod_override": "pods.override",
    "pod_task": "pods.task",
    "send_card": "alerts.delivery",
    "teams_failure": "alerts.notifier",
    "teams_recovery": "alerts.notifier",
}

if not TYPE_CHECKING:  # a visible __getattr__ would let every typo pass the type check

    def __getattr__(name: str) -> object:
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
        globals()[name] = value
        return value
