"""Checked pods, house rules, alerts, repositories and local runs for Apache Airflow on Kubernetes.

Names are loaded on first use (PEP 562), so that `import airflowkit` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflowkit.alerts.facts.recorder import record_failure
    from airflowkit.alerts.teams.delivery import send_card
    from airflowkit.alerts.teams.notifier import TeamsNotifier, teams_failure, teams_recovery
    from airflowkit.alerts.teams.operators import teams_digest, teams_watchdog
    from airflowkit.causes import Category, Cause, CauseCode
    from airflowkit.errors import AirflowKitError, PodFailed, PodSpecError
    from airflowkit.pods.override import pod_override
    from airflowkit.pods.retry import RetryByCause
    from airflowkit.pods.task import pod_task
    from airflowkit.pods.values.env import ConfigMapEnv, ConfigMapEnvFrom, FieldEnv, SecretEnv, SecretEnvFrom
    from airflowkit.pods.values.resources import Resources
    from airflowkit.pods.values.volumes import ClaimVolume, ConfigMapVolume, EmptyDirVolume, SecretVolume
    from airflowkit.presets import dag_args, default_args

    __version__: str

__all__ = [
    "AirflowKitError",
    "Category",
    "Cause",
    "CauseCode",
    "ClaimVolume",
    "ConfigMapEnv",
    "ConfigMapEnvFrom",
    "ConfigMapVolume",
    "EmptyDirVolume",
    "FieldEnv",
    "PodFailed",
    "PodSpecError",
    "Resources",
    "RetryByCause",
    "SecretEnv",
    "SecretEnvFrom",
    "SecretVolume",
    "TeamsNotifier",
    "dag_args",
    "default_args",
    "pod_override",
    "pod_task",
    "record_failure",
    "send_card",
    "teams_digest",
    "teams_failure",
    "teams_recovery",
    "teams_watchdog",
]

_MODULE_OF = {
    "AirflowKitError": "errors",
    "Category": "causes",
    "Cause": "causes",
    "CauseCode": "causes",
    "ClaimVolume": "pods.values.volumes",
    "ConfigMapEnv": "pods.values.env",
    "ConfigMapEnvFrom": "pods.values.env",
    "ConfigMapVolume": "pods.values.volumes",
    "EmptyDirVolume": "pods.values.volumes",
    "FieldEnv": "pods.values.env",
    "PodFailed": "errors",
    "PodSpecError": "errors",
    "Resources": "pods.values.resources",
    "RetryByCause": "pods.retry",
    "SecretEnv": "pods.values.env",
    "SecretEnvFrom": "pods.values.env",
    "SecretVolume": "pods.values.volumes",
    "TeamsNotifier": "alerts.teams.notifier",
    "dag_args": "presets",
    "default_args": "presets",
    "pod_override": "pods.override",
    "pod_task": "pods.task",
    "record_failure": "alerts.facts.recorder",
    "send_card": "alerts.teams.delivery",
    "teams_digest": "alerts.teams.operators",
    "teams_failure": "alerts.teams.notifier",
    "teams_recovery": "alerts.teams.notifier",
    "teams_watchdog": "alerts.teams.operators",
}

if not TYPE_CHECKING:  # a visible __getattr__ would let every typo pass the type check

    def __getattr__(name: str) -> object:
        if name == "__version__":
            return globals().setdefault(name, import_module("importlib.metadata").version("airflowkit-k8s"))
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = import_module(f"{__name__}.{_MODULE_OF[name]}")
        return globals().setdefault(name, getattr(module, name))
