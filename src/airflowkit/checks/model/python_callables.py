"""What a task's Python function wants of the context: the parameters that Airflow fills in, and the keys that it reads.

`KeywordParameters.determine` passes a function what the context has under the names of its parameters, and no more: one
without a default that the context lacks is a TypeError, and a key that it lacks a KeyError.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping
from functools import lru_cache
from inspect import Parameter
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from airflowkit.checks.model.pod_view import class_names, operator_class
from airflowkit.pods.expansion import is_mapped

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAKES_CONTEXT: Final = frozenset(
    {"PythonOperator", "PythonSensor", "DecoratedSensorOperator", "_PythonDecoratedOperator"}
)
_ASKS: Final = frozenset({"dag_run", "run_id", "run_type"})
_BRANCHES: Final = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.BoolOp, ast.Match)
_ENDS: Final = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_OTHERS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Try)
"""What runs at another time, or handles the error itself."""


class Wanted(NamedTuple):
    """Something of the context that a function cannot do without.

    Attributes:
        name: Its name.
        how: How the function gets it: `takes 'ds'`, `reads context['ds']`.
        certain: Whether it does so in every run.
    """

    name: str
    how: str
    certain: bool = True


def wanted(task: Any) -> Iterator[Wanted]:
    """Yield what the function of a task wants of the context, and nobody else gives it."""
    names = class_names(operator_class(task))
    if not names & _TAKES_CONTEXT or "_AssetMainOperator" in names:  # `@asset` fills in assets by their names
        return
    given = _given(task)
    if given is None:
        return
    function, positional, keywords = given
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return
    for parameter in islice(parameters.values(), positional, None):
        named = parameter.kind in {Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY}
        if named and parameter.default is Parameter.empty and parameter.name not in keywords:
            yield Wanted(parameter.name, f"takes {parameter.name!r}")
    yield from (it for it in _reads(function) if it.name not in keywords)


def _given(task: Any) -> tuple[Any, int, frozenset[str]] | None:
    """Return a task's function, with how many arguments it is given by position, and which by name; None if unknown."""
    values = task.partial_kwargs if is_mapped(task) else vars(task)
    function = values.get("python_callable") or getattr(task, "python_callable", None)
    positional, keywords = values.get("op_args") or (), values.get("op_kwargs") or {}
    mapped = getattr(task, "op_kwargs_expand_input", None) or getattr(task, "expand_input", None)
    more = mapped.value if mapped else {}
    known = isinstance(more, Mapping) and isinstance(keywords, Mapping) and isinstance(positional, (list, tuple))
    if not callable(function) or not known or not {"op_args", "op_kwargs"}.isdisjoint(more):
        return None
    return function, len(positional), frozenset(map(str, (*keywords, *more)))


@lru_cache(maxsize=1024)
def _reads(function: Any) -> tuple[Wanted, ...]:
    """Return the keys that a function reads from the context: its own `**kwargs`, or `get_current_context()`."""
    try:
        (definition,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    except (OSError, TypeError, ValueError, SyntaxError):  # no source, or no plain function
        return ()
    if not isinstance(definition, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return ()
    contexts = {definition.args.kwarg.arg} if definition.args.kwarg else set()
    for node in ast.walk(definition):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _is_current_context(node.value.func):
            contexts |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return tuple(dict.fromkeys(_keys(definition.body, contexts, certain=True)))


def _is_current_context(called: ast.expr) -> bool:
    return getattr(called, "id", getattr(called, "attr", "")) == "get_current_context"


def _keys(nodes: list[Any], contexts: set[str], *, certain: bool) -> Iterator[Wanted]:
    for node in nodes:
        if isinstance(node, _OTHERS) or (isinstance(node, _BRANCHES) and _asks(node)):
            certain = certain and not _may_end(node)
            continue
        if key := _key_of(node, contexts):
            yield Wanted(key[1], f"reads {key[0]}[{key[1]!r}]", certain)
        inside = certain and not isinstance(node, _BRANCHES)
        yield from _keys(list(ast.iter_child_nodes(node)), contexts, certain=inside)
        certain = certain and not _may_end(node)


def _key_of(node: Any, contexts: set[str]) -> tuple[str, str] | None:
    """Return the context, and the key that is read from it, if a node is that: `context["ds"]`."""
    match node:
        case ast.Subscript(ast.Name(context), ast.Constant(str(key)), ast.Load()) if context in contexts:
            return context, key
    return None


def _asks(branch: Any) -> bool:
    """Return whether a condition may tell the runs with a date from those without."""
    condition = getattr(branch, "test", None) or (branch if isinstance(branch, ast.BoolOp) else None)
    if condition is None:
        return False
    for node in ast.walk(condition):
        if isinstance(node, ast.Compare) and any(isinstance(it, (ast.In, ast.NotIn)) for it in node.ops):
            return True
        if isinstance(node, ast.Constant) and node.value in _ASKS:
            return True
        if getattr(node, "id", getattr(node, "attr", "")) in {*_ASKS, "get"}:
            return True
    return False


def _may_end(node: ast.AST) -> bool:
    """Return whether a statement may end the function, so that what follows does not run."""
    branches = isinstance(node, (*_BRANCHES, ast.Try, ast.With))
    return branches and any(isinstance(it, _ENDS) for it in ast.walk(node))
