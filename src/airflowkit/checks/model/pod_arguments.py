"""The arguments of a pod as they reach `KubernetesPodOperator`.

A repository's own operators convert what their users write: what they hand on is what Kubernetes gets, not what the
DAG file says. So the constructor of `KubernetesPodOperator` itself is watched, in worker processes only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from dis import get_instructions
from functools import lru_cache, wraps
from inspect import isfunction, unwrap
from typing import TYPE_CHECKING, Any, Final

from airflowkit.pods.schema.jinja import RUNTIME
from airflowkit.pods.spec.keywords import POD_OPERATOR

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_RECORD: Final = "_airflowkit_received"
_POD_OPERATOR: Final = "KubernetesPodOperator"


@dataclass(slots=True)
class Received:
    """What an operator was made with.

    Attributes:
        keywords: What reached `KubernetesPodOperator`, with what `default_args` adds.
        state: The attributes that it made of them.
        call: What the DAG file itself passed.
    """

    keywords: Mapping[str, Any]
    state: Mapping[str, Any]
    call: Mapping[str, Any] = field(default_factory=dict)


@lru_cache(maxsize=1024)
def watch_pod_operator(operator: Any) -> None:
    """Have `KubernetesPodOperator` record what it gets, if a class is derived from it."""
    pods = [cls for cls in operator.__mro__ if cls.__name__ == _POD_OPERATOR]
    if pods:
        _watch(pods[-1])


def note_call(operator: Any, call: Mapping[str, Any]) -> None:
    """Record what the DAG file passed to an operator."""
    record = vars(operator).get(_RECORD) if hasattr(operator, "__dict__") else None
    if record:
        record.call = _of_the_pod(call)


def received(operator: Any) -> dict[str, Any]:
    """Return the keywords of an operator that `KubernetesPodOperator` uses.

    What a class of the repository's own sets afterwards counts; what its methods set while the task runs is not known.
    """
    record = vars(operator).get(_RECORD)
    if record is None:  # not made in a worker
        return dict(getattr(operator, "_BaseOperator__init_kwargs", {}))
    now = vars(operator)
    changed = {name: now.get(name) for name, before in record.state.items() if not _is_same(now.get(name), before)}
    later = dict.fromkeys(_set_by_methods(operator.__class__), RUNTIME)
    return {**record.keywords, **changed, **later}


def setter(operator: Any, keyword: str) -> str:
    """Return the class that decided a keyword's value, or an empty string if the DAG file itself did."""
    record = vars(operator).get(_RECORD)
    if record is None or not own_classes(operator.__class__):
        return ""
    value = received(operator).get(keyword)
    defaults = getattr(operator.dag, "default_args", None) or {}
    written = any(keyword in given and given[keyword] is value for given in (record.call, defaults))
    return "" if written else type(operator).__name__


@lru_cache(maxsize=1024)
def own_classes(operator: Any) -> tuple[type, ...]:
    """Return the classes between an operator and `KubernetesPodOperator` that are not Airflow's or airflowkit's."""
    names = [cls.__name__ for cls in operator.__mro__]
    if _POD_OPERATOR not in names:
        return ()
    above = operator.__mro__[: len(names) - 1 - names[::-1].index(_POD_OPERATOR)]
    return tuple(cls for cls in above if cls.__module__.partition(".")[0] not in {"airflow", "airflowkit"})


def builds_its_own_pod(operator: Any) -> bool:
    """Return whether a class of the repository's own replaces the function that builds the pod."""
    return any("build_pod_request_obj" in vars(cls) for cls in own_classes(operator))


def converts(operator: Any) -> bool:
    """Return whether a class of the repository is between the DAG file's arguments and the pod operator."""
    return any("__init__" in vars(cls) for cls in own_classes(operator))


@lru_cache(maxsize=1024)
def _set_by_methods(operator: Any) -> frozenset[str]:
    """Return the keywords that methods of the repository's own classes assign to `self`, other than constructors."""
    return frozenset(
        instruction.argval
        for cls in own_classes(operator)
        for name, method in vars(cls).items()
        if isfunction(method) and name != "__init__"
        for instruction in get_instructions(unwrap(method))
        if instruction.opname == "STORE_ATTR" and instruction.argval in POD_OPERATOR
    )


@lru_cache(maxsize=8)
def _watch(pod_operator: Any) -> None:
    construct = pod_operator.__init__.__wrapped__  # Airflow's decorator adds `default_args`
    pod_operator.__init__ = type(pod_operator)._apply_defaults(_recording(construct))  # noqa: SLF001


def _recording(construct: Callable[..., None]) -> Callable[..., None]:
    @wraps(construct)
    def wrapped(self: Any, **keywords: Any) -> None:
        construct(self, **keywords)
        state = {name: _copied(value) for name, value in _of_the_pod(vars(self)).items()}
        object.__setattr__(self, _RECORD, Received(_of_the_pod(keywords), state))

    return wrapped


def _of_the_pod(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in POD_OPERATOR}


def _copied(value: Any) -> Any:
    """Return a list or dictionary with the same elements, so that a later change of it shows."""
    return value.copy() if type(value) in (list, dict) else value


def _is_same(value: Any, before: Any) -> bool:
    """Compare by identity, element by element: the equality of foreign objects may raise, or mean anything."""
    if type(value) is not type(before):
        return False
    if type(value) is list:
        return len(value) == len(before) and all(a is b for a, b in zip(value, before, strict=True))
    if type(value) is dict:
        return value.keys() == before.keys() and all(value[key] is before[key] for key in value)
    return value is before
