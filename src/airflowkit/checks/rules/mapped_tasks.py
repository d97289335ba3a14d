"""AK314: the operators that Airflow makes of a mapped task."""

from __future__ import annotations

import os
import re
import traceback
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.model.findings import Fault
from airflowkit.checks.model.pod_rule import merged
from airflowkit.checks.model.pod_view import MOST_ELEMENTS, operator_class
from airflowkit.checks.model.rule import TaskSubject, task_rule
from airflowkit.checks.moves.keywords import renamed
from airflowkit.pods.expansion import elements_of, is_mapped
from airflowkit.pods.schema.jinja import RUNTIME
from airflowkit.stand_ins.known import KNOWN
from airflowkit.stand_ins.marks import is_stand_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.pods.expansion import Element

_TWICE: Final = re.compile(r"multiple values for (?:keyword )?argument '(\w+)'")
_MISSING: Final = re.compile(r"missing .*argument")
_UNKNOWN: Final = re.compile(r"unexpected keyword argument|Invalid arguments were passed")
"""What Python and Airflow say of a call that no values can make right."""
_QUOTED: Final = re.compile(r"'(\w+)'")
_OF_THIS_COMPUTER: Final = (OSError, ImportError)


@task_rule("AK314", "mapped-task-refused")
def mapped_task_refused(task: TaskSubject) -> Iterator[Fault]:
    """Checks that the operators of a mapped task can be made.

    ## Why it matters
    Airflow makes them when the task runs, of what `partial` and `expand` were given. Only then does a missing argument
    fail each of them, or one that an operator of your own passes on although it is there already: besides what you
    write, an operator gets all arguments that Airflow has a default for, such as `execution_timeout` and `retries`.

    ## How to fix it
    Pass what is missing to `partial`. In an operator of your own, replace what Airflow sets in its `**kwargs`, and
    pass it once: `kwargs["execution_timeout"] = timedelta(hours=1)`.
    """
    if is_mapped(task.task):
        known = islice(elements_of(_mapped_over(task.task)), MOST_ELEMENTS)
        yield from merged((element.index, list(_faults(task.task, element))) for element in known)


RULES: Final = (mapped_task_refused,)


def _mapped_over(task: Any) -> Any:
    """Return what a task is mapped over: a decorated one over its function's arguments."""
    return getattr(task, "op_kwargs_expand_input", task.expand_input).value


def _faults(task: Any, element: Element) -> Iterator[Fault]:
    certain = _is_known(task, element)
    for error in _errors(task, element):
        text = str(error)
        of_names = _UNKNOWN.search(text) or _MISSING.search(text)
        if certain or _TWICE.search(text) or (of_names and element.complete):
            hint = _hint(text, operator_class(task))
            yield Fault(f"cannot be made when it runs: {type(error).__name__}: {text}", hint=hint)
            return


def _errors(task: Any, element: Element) -> Iterator[Exception]:
    """Yield what an operator raises, also without the arguments that are not known: it may stumble over those first."""
    known = dict(element.keywords)
    for given in [{**known, **dict.fromkeys(element.unknown, RUNTIME)}, *([known] if element.unknown else [])]:
        KNOWN.places.clear()
        try:
            task.unmap({"op_kwargs": given} if hasattr(task, "op_kwargs_expand_input") else given)
        except Exception as error:  # noqa: BLE001  operators raise anything
            asked_the_deployment = KNOWN.places or _is_of_this_computer(error)
            if not asked_the_deployment:
                yield error
            if _MISSING.search(str(error)):
                return
        else:
            return


def _is_known(task: Any, element: Element) -> bool:
    """Return whether nothing of an element comes from another task or from a stand-in."""
    from airflow.providers.common.compat.sdk import XComArg

    values = (*element.keywords.values(), *task.partial_kwargs.values(), *(task.partial_kwargs.get("op_kwargs") or ()))
    later = any(True for value in element.keywords.values() for _ in XComArg.iter_xcom_references(value))
    return element.complete and not element.unknown and not later and not any(map(is_stand_in, values))


def _is_of_this_computer(error: Exception) -> bool:
    """Return whether an operator did not find what only the deployment has: a file, a package, a setting."""
    frames = traceback.extract_tb(error.__traceback__)
    is_variable = isinstance(error, KeyError) and frames[-1].filename == os.__file__
    return is_variable or isinstance(error, _OF_THIS_COMPUTER) or "NotFound" in type(error).__name__


def _hint(text: str, operator: type) -> str:
    if twice := _TWICE.search(text):
        name = twice[1]
        return (
            f"partial() passes {name} too: in {operator.__name__}, write kwargs[{name!r}] = ... and pass only **kwargs"
        )
    if _UNKNOWN.search(text):
        classes = [cls.__name__ for cls in operator.__mro__]
        moved = (keyword for name in _QUOTED.findall(text) if (keyword := renamed(classes, name)))
        return next((keyword.hint for keyword in moved), "delete it")
    return "pass it to partial() or expand()" if _MISSING.search(text) else "correct what partial() and expand() get"
