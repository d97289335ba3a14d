"""The keywords that set how the operator behaves, not what the pod is, which the provider does not check."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any, Final

from airflow.providers.cncf.kubernetes.utils.pod_manager import OnFinishAction, OnKillAction
from airflow.providers.common.compat.sdk import TriggerRule

from airflowkit.errors import did_you_mean
from airflowkit.pods.schema.faults import Fault
from airflowkit.pods.schema.jinja import is_runtime_value
from airflowkit.pods.spec.keywords import KEYWORDS, Check, Keyword

Values = Mapping[str, Any]
_MOST_SECONDS: Final = timedelta.max.total_seconds()
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


def option_faults(values: Values) -> Iterator[Fault]:
    """Return what is wrong with the keywords that are the operator's own."""
    for name, value in values.items():
        keyword = KEYWORDS.get(name, _UNKNOWN)
        if value is None:
            if not keyword.nullable:
                yield Fault(name, None, "must not be None", "leave it out")
        elif keyword.dead:
            yield Fault(name, value, keyword.dead.reason, keyword.dead.hint)
        elif keyword.check and not is_runtime_value(value):
            yield from CHECKS[keyword.check](name, value)
    yield from _name_without_suffix(values)
    yield from _init_logs_deferred(values)


_UNKNOWN: Final = Keyword()
_EMPTY_IS_NONE: Final = frozenset({"executor", "kubernetes_conn_id"})
"""Texts of which Airflow and the provider's hook take an empty one for none."""


def _name_without_suffix(values: Values) -> Iterator[Fault]:
    name = values.get("name")
    if values.get("random_name_suffix") is not False or not isinstance(name, str) or not name.isascii():
        return
    if not name[:1].isalnum():
        yield Fault("name", name, "must begin with a letter or digit where it has no random suffix")


def _switch(keyword: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, bool):
        counts = ""
        with suppress(Exception):  # not everything is true or false
            counts = f"; {value!r} counts as {bool(value)}"
        yield Fault(keyword, value, f"must be True or False{counts}")


def _count(keyword: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, int) or isinstance(value, bool):
        digits = isinstance(value, str) and value.isdecimal()
        yield Fault(keyword, value, "must be a whole number", f"write {value}" if digits else "")
    elif value < (least := KEYWORDS[keyword].least):
        yield Fault(keyword, value, f"must be at least {least}")


def _second(keyword: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not value > 0:
        yield Fault(keyword, value, "must be a number of seconds above zero")


def _text(keyword: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield Fault(keyword, value, "must be text")
    elif not value and keyword not in _EMPTY_IS_NONE:
        yield Fault(keyword, value, "is empty", "leave it out")


def _word(words: Iterable[str], keyword: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, str) or value not in words:
        yield Fault(keyword, value, f"must be one of {', '.join(words)}", did_you_mean(value, words))


def _airflow_callbacks(keyword: str, value: Any) -> Iterator[Fault]:
    for callback in value if isinstance(value, (list, tuple)) else [value]:
        if not callable(callback):
            yield Fault(keyword, callback, "is not callable: the callback would fail when it is needed")


def _duration(keyword: str, value: Any) -> Iterator[Fault]:
    if isinstance(value, timedelta):
        yield from _timedelta(keyword, value)
    elif not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= _MOST_SECONDS:
        yield Fault(keyword, value, "must be a timedelta or a number of seconds")


def _timedelta(keyword: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, timedelta):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        yield Fault(keyword, value, "must be a timedelta", f"write timedelta(seconds={value!r})" if number else "")
    elif value < timedelta(0):
        yield Fault(keyword, value, "must not be negative")


def _exit_codes(keyword: str, value: Any) -> Iterator[Fault]:
    if isinstance(value, (str, bytes)) or not isinstance(value, (int, Container)):
        yield Fault(keyword, value, "must be a whole number or a list of them", _as_digits(value))
        return
    codes = value if isinstance(value, (list, tuple, set, frozenset)) else [value] if isinstance(value, int) else []
    for code in codes:
        if not isinstance(code, int) or isinstance(code, bool):
            yield Fault(keyword, code, "never matches an exit code", _as_digits(code))
        elif not 0 < code <= 255:
            yield Fault(keyword, code, "is not the exit code of a failure: those are 1 to 255")


def _as_digits(value: object) -> str:
    return f"write {value}" if isinstance(value, str) and value.isdecimal() else ""


def _pod_callbacks(keyword: str, value: Any) -> Iterator[Fault]:
    for callback in value if isinstance(value, (list, tuple)) else [value]:
        if not isinstance(callback, type):
            kind = type(callback).__name__
            yield Fault(keyword, callback, "must be a class, not an instance or a function", f"write {kind}")


def _trigger_rule(keyword: str, value: Any) -> Iterator[Fault]:
    words = sorted(rule.value for rule in TriggerRule)
    rule = getattr(value, "value", value)
    if not isinstance(rule, str) or rule not in words:
        yield Fault(keyword, value, "is not a trigger rule", did_you_mean(value, words) or ", ".join(words))


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
                hint = did_you_mean(name, known) or f"its containers: {', '.join(known) or 'none'}"
                yield Fault(keyword, name, "the pod has no such container", hint)


CHECKS: Final[Mapping[Check, Callable[[str, Any], Iterator[Fault]]]] = {
    Check.SWITCH: _switch,
    Check.COUNT: _count,
    Check.SECONDS: _second,
    Check.DURATION: _duration,
    Check.TIMEDELTA: _timedelta,
    Check.TEXT: _text,
    Check.MAPPING: _mapping,
    Check.FUNCTION: _callable,
    Check.AIRFLOW_CALLBACKS: _airflow_callbacks,
    Check.POD_CALLBACKS: _pod_callbacks,
    Check.EXIT_CODES: _exit_codes,
    Check.FINISH_ACTION: partial(_word, [action.value for action in OnFinishAction]),
    Check.KILL_ACTION: partial(_word, [action.value for action in OnKillAction]),
    Check.TRIGGER_RULE: _trigger_rule,
    Check.POD_NAME: _name,
    Check.OWN_LABELS: _labels,
}
"""The function of each way of checking."""
