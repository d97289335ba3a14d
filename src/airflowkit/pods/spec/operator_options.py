"""The keywords that set how the operator behaves, not what the pod is: what the provider takes without a look."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from airflow.providers.cncf.kubernetes.utils.pod_manager import OnFinishAction, OnKillAction
from airflow.providers.common.compat.sdk import TriggerRule

from airflowkit.errors import did_you_mean
from airflowkit.pods.schema.faults import Fault
from airflowkit.pods.schema.jinja import is_runtime_value

Values = Mapping[str, Any]
_DEAD: Final = {
    "is_delete_operator_pod": (
        "the provider ignores it, and deletes the pod either way",
        "write on_finish_action='keep_pod' or 'delete_pod'",
    ),
    "progress_callback": (
        "the provider never calls it",
        "write callbacks=[a subclass of KubernetesPodOperatorCallback]",
    ),
}
_SWITCHES: Final = (
    "allow_nested_operators",
    "automount_service_account_token",
    "container_name_log_prefix_enabled",
    "deferrable",
    "depends_on_past",
    "do_xcom_push",
    "durable",
    "email_on_failure",
    "email_on_retry",
    "get_logs",
    "ignore_first_depends_on_past",
    "in_cluster",
    "log_events_on_failure",
    "log_events_on_startup",
    "log_pod_spec_on_failure",
    "multiple_outputs",
    "random_name_suffix",
    "reattach_on_restart",
    "wait_for_downstream",
    "wait_for_past_depends_before_skipping",
)
_COUNTS: Final = {
    "logging_interval": 1,
    "max_active_tis_per_dag": 1,
    "max_active_tis_per_dagrun": 1,
    "pool_slots": 1,
    "retries": 0,
    "schedule_timeout_seconds": 1,
    "startup_check_interval_seconds": 1,
    "startup_timeout_seconds": 1,
}
_SECONDS: Final = ("base_container_status_polling_interval", "poll_interval")
_TEXTS: Final = ("cluster_context", "config_file", "kubernetes_conn_id", "pool", "queue", "owner", "executor")
_ENUMS: Final = {"on_finish_action": OnFinishAction, "on_kill_action": OnKillAction}
_NEVER_NONE: Final = {"on_finish_action", "on_kill_action", "trigger_rule"}
_CALLBACKS: Final = tuple(f"on_{moment}_callback" for moment in ("execute", "failure", "retry", "skipped", "success"))
_DURATIONS: Final = ("execution_timeout", "max_retry_delay", "retry_delay")
_OF_AIRFLOW: Final = {
    "airflow_kpo_in_cluster",
    "airflow_version",
    "dag_id",
    "kubernetes_pod_operator",
    "map_index",
    "run_id",
    "task_id",
    "try_number",
}


def behaviour_faults(values: Values) -> Iterator[Fault]:
    """Return what is wrong with the keywords that are the operator's own."""
    for keyword, value in values.items():
        if value is None:
            if keyword in _NEVER_NONE:
                yield Fault(keyword, None, "must not be None", "leave it out")
            continue
        if keyword in _DEAD:
            yield Fault(keyword, value, *_DEAD[keyword])
        elif keyword in _RULES and not is_runtime_value(value):
            yield from _RULES[keyword](keyword, value)
    yield from _init_logs_deferred(values)
    name = values.get("name")
    if (
        values.get("random_name_suffix") is False
        and isinstance(name, str)
        and not name[:1].isalnum()
        and name.isascii()
    ):
        yield Fault("name", name, "must begin with a letter or digit where it has no random suffix")


def _switch(keyword: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, bool):
        yield Fault(keyword, value, f"must be True or False; {value!r} counts as {bool(value)}")


def _count(keyword: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, int) or isinstance(value, bool):
        digits = isinstance(value, str) and value.isdecimal()
        yield Fault(keyword, value, "must be a whole number", f"write {value}" if digits else "")
    elif value < _COUNTS[keyword]:
        yield Fault(keyword, value, f"must be at least {_COUNTS[keyword]}")


def _second(keyword: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not value > 0:
        yield Fault(keyword, value, "must be a number of seconds above zero")


def _text(keyword: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, str) or not value:
        yield Fault(keyword, value, "must be text")


def _enum(keyword: str, value: Any) -> Iterator[Fault]:
    words = [member.value for member in _ENUMS[keyword]]
    if value not in words:
        yield Fault(keyword, value, f"must be one of {', '.join(words)}", did_you_mean(str(value), words))


def _airflow_callback(keyword: str, value: Any) -> Iterator[Fault]:
    for callback in value if isinstance(value, (list, tuple)) else [value]:
        if not callable(callback):
            yield Fault(keyword, callback, "cannot be called: the callback would fail when it is needed")


def _duration(keyword: str, value: Any) -> Iterator[Fault]:
    if isinstance(value, timedelta):
        if value < timedelta(0):
            yield Fault(keyword, value, "must not be negative")
    elif keyword == "execution_timeout":
        yield Fault(keyword, value, "must be a timedelta", f"write timedelta(seconds={value!r})")
    elif not isinstance(value, (int, float)) or isinstance(value, bool) or value < 0:
        yield Fault(keyword, value, "must be a timedelta or a number of seconds")


def _exit_codes(keyword: str, value: Any) -> Iterator[Fault]:
    if isinstance(value, (str, bytes)) or not isinstance(value, (int, Container)):
        yield Fault(keyword, value, "must be a whole number or a list of them", _as_digits(value))
        return
    codes = value if isinstance(value, (list, tuple, set, frozenset)) else [value] if isinstance(value, int) else []
    for code in codes:
        if not isinstance(code, int) or isinstance(code, bool):
            yield Fault(keyword, code, "never matches an exit code", _as_digits(code))
        elif not 0 < code <= 255:
            yield Fault(keyword, code, "is no exit code of a failure: they go from 1 to 255")


def _as_digits(value: object) -> str:
    return f"write {value}" if isinstance(value, str) and value.isdecimal() else ""


def _pod_callbacks(keyword: str, value: Any) -> Iterator[Fault]:
    for callback in value if isinstance(value, (list, tuple)) else [value]:
        if not isinstance(callback, type):
            kind = type(callback).__name__
            yield Fault(keyword, callback, "must be a class, not an instance or a function", f"write {kind}")


def _trigger_rule(keyword: str, value: Any) -> Iterator[Fault]:
    words = sorted(rule.value for rule in TriggerRule)
    if getattr(value, "value", value) not in words:
        yield Fault(keyword, value, "is no trigger rule", did_you_mean(str(value), words) or ", ".join(words))


def _name(keyword: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, str):
        return
    if len(value) > 220:
        yield Fault(keyword, value, "is longer than 220 characters")
    elif not re.fullmatch(r"[\w.-]+", value) or ".." in value:
        yield Fault(keyword, value, "must be letters, digits, '-', '_' and single '.'")


def _labels(keyword: str, value: Any) -> Iterator[Fault]:
    for label in _OF_AIRFLOW.intersection(value) if isinstance(value, Mapping) else ():
        yield Fault((keyword, label), value[label], "is Airflow's own label: it would be overwritten")


def _mapping(keyword: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, Mapping):
        yield Fault(keyword, value, "must be a dictionary")


def _callable(keyword: str, value: Any) -> Iterator[Fault]:
    if not callable(value):
        yield Fault(keyword, value, "must be a function")


def _init_logs_deferred(values: Values) -> Iterator[Fault]:
    """Deferred tasks lose these logs, or end in an error (apache/airflow#72504)."""
    if values.get("init_container_logs") and values.get("deferrable") is True:
        yield Fault("init_container_logs", values["init_container_logs"], "does not work with deferrable=True")


def log_faults(values: Values, manifest: Mapping[str, Any]) -> Iterator[Fault]:
    """Return the containers whose logs are asked for and that the pod does not have."""
    for keyword, part in (("container_logs", "containers"), ("init_container_logs", "initContainers")):
        wanted = values.get(keyword)
        if wanted is None or wanted is True or is_runtime_value(wanted):
            continue
        known = [container.get("name") for container in manifest["spec"].get(part) or ()]
        names = [wanted] if isinstance(wanted, str) else wanted
        if not isinstance(names, (list, tuple, set, frozenset)):
            yield Fault(
                keyword, wanted, "must be True, a container's name, or a list of them", "get_logs=False has none"
            )
            continue
        for name in names:
            if name not in known and not any(is_runtime_value(other) for other in known):
                hint = did_you_mean(str(name), known) or f"its containers: {', '.join(known) or 'none'}"
                yield Fault(keyword, name, "the pod has no such container", hint)


_RULES: Final[dict[str, Callable[[str, Any], Iterator[Fault]]]] = {
    **dict.fromkeys(_SWITCHES, _switch),
    **dict.fromkeys(_COUNTS, _count),
    **dict.fromkeys(_SECONDS, _second),
    **dict.fromkeys(_TEXTS, _text),
    **dict.fromkeys(_ENUMS, _enum),
    **dict.fromkeys(_CALLBACKS, _airflow_callback),
    **dict.fromkeys(_DURATIONS, _duration),
    "callbacks": _pod_callbacks,
    "labels": _labels,
    "log_formatter": _callable,
    "name": _name,
    "skip_on_exit_code": _exit_codes,
    "trigger_kwargs": _mapping,
    "trigger_rule": _trigger_rule,
}
