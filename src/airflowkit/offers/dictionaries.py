"""Dictionaries of `default_args` in a DAG file, and the call of a preset that says the same."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import libcst as cst

from airflowkit.adopt.calls import used_names
from airflowkit.adopt.imports import with_imports
from airflowkit.checks.fixes.syntax import keyword_argument, keyword_value, walked
from airflowkit.offers.names import assigned
from airflowkit.presets import OF_THE_DAG
from airflowkit.redaction import mask_shapes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflowkit.checks.fixes.syntax import Source

Table = dict[str, cst.BaseExpression]

DEFAULT_ARGS: Final = "default_args"
_MODULE: Final = "airflowkit"
_OWNER: Final = "owner"
_TIMEDELTA: Final = frozenset({"datetime.timedelta"})
_SECRETS: Final = frozenset({"secrets", "image_pull_secrets"})
_UNKNOWN: Final = object()
"""The value of what only the run of the file knows."""
_NOTHING: Final[Mapping[str, tuple[Any, str]]] = MappingProxyType(
    {
        "depends_on_past": (False, "False"),
        "execution_timeout": (None, "None"),
        "max_retry_delay": (None, "None"),
        "owner": ("airflow", '"airflow"'),
        "retries": (0, "0"),
        "retry_delay": (timedelta(minutes=5), "timedelta(minutes=5)"),
        "retry_policy": (None, "None"),
        "wait_for_downstream": (False, "False"),
    }
)
"""What an operator does without an argument, as a value and as code; whether that is so here, the proof shows."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """A dictionary that a preset covers.

    Attributes:
        line: Where it begins.
        before: The dictionary.
        call: The call instead.
        name: What it is assigned to; empty where it is an argument.
    """

    line: int
    before: cst.BaseExpression
    call: cst.Call
    name: str = ""

    @property
    def write(self) -> str:
        """What to write, in one line; what seems to have a secret in it is three dots, to be filled in."""
        target = f"{self.name} = " if self.name else f"{DEFAULT_ARGS}="
        args = [arg.with_changes(value=cst.Ellipsis()) if _has_secret(arg) else arg for arg in self.call.args]
        return target + " ".join(_code(self.call.with_changes(args=args)).split())

    def text(self, source: Source) -> str:
        """Return the text of the file with the call in the dictionary's place."""
        module: Any = source.module.deep_replace(self.before, self.call)
        imported = _MODULE if isinstance(self.call.func, cst.Attribute) else DEFAULT_ARGS
        return with_imports(source.module, module, {imported}).code


def replacements(source: Source, presets: Mapping[str, Mapping[str, Any]]) -> list[Replacement]:
    """Return the dictionaries of a file that presets cover, each once; nothing proves that they are equal yet."""
    found: dict[cst.BaseExpression, Replacement] = {}
    callee = _callee(source)
    for value, name in _given(source):
        table = _table(value)
        call = _call(source, table, presets, callee) if table else None
        if call is not None and value not in found:
            found[value] = Replacement(source.span(value).start.line, value, call, name)
    return list(found.values())


def _given(source: Source) -> Iterator[tuple[cst.BaseExpression, str]]:
    """Yield what is given as `default_args`, or was assigned to the name that is."""
    for call in source.calls:
        value = keyword_value(call, DEFAULT_ARGS)
        if isinstance(value, cst.Name):
            values = assigned(source, value.value)
            yield from ((each, value.value) for each in values if len(values) == 1)
        elif value is not None:
            yield value, ""


def _table(value: cst.BaseExpression) -> Table | None:
    """Return the entries of a dictionary that is written out; None of anything else."""
    found: Table = {}
    if isinstance(value, cst.Dict):
        for element in value.elements:
            key = element.key if isinstance(element, cst.DictElement) else None
            name = key.evaluated_value if isinstance(key, cst.SimpleString) else None
            if not isinstance(name, str) or not name.isidentifier() or name in found:
                return None
            found[name] = element.value
        return found
    if not isinstance(value, cst.Call) or not isinstance(value.func, cst.Name) or value.func.value != "dict":
        return None
    found = {arg.keyword.value: arg.value for arg in value.args if arg.keyword}
    return found if len(found) == len(value.args) else None


def _call(source: Source, table: Table, presets: Any, callee: cst.BaseExpression) -> cst.Call | None:
    """Return the call with the fewest arguments of a preset that has an entry of the dictionary."""
    calls = [call for name, values in presets.items() if (call := _call_of(source, table, name, values, callee))]
    return min(calls, key=lambda call: len(call.args), default=None)


def _call_of(
    source: Source, table: Table, preset: str, values: Mapping[str, Any], callee: cst.BaseExpression
) -> cst.Call | None:
    wanted = {key: value for key, value in values.items() if key not in OF_THE_DAG}
    missing = wanted.keys() - table.keys()
    if not missing <= _NOTHING.keys():
        return None
    same = {key for key, value in table.items() if key in wanted and _is_same(_value(source, value), wanted[key])}
    if not same:
        return None
    given = {key: value for key, value in table.items() if key not in same}
    for key in sorted(missing):
        value, code = _NOTHING[key]
        if not _is_same(value, wanted[key]):
            given[key] = cst.parse_expression(code)
    ordered = sorted(given.items(), key=lambda item: item[0] != _OWNER)
    return cst.Call(
        callee, [cst.Arg(cst.SimpleString(f'"{preset}"')), *(keyword_argument(key, value) for key, value in ordered)]
    )


def _callee(source: Source) -> cst.BaseExpression:
    """Return the function as this file can write it: the name may mean something else in it."""
    ours = {f"{_MODULE}.{DEFAULT_ARGS}"}
    is_taken = any(it.value == DEFAULT_ARGS and source.names(it) != ours for it in used_names(source.module))
    return cst.Attribute(cst.Name(_MODULE), cst.Name(DEFAULT_ARGS)) if is_taken else cst.Name(DEFAULT_ARGS)


def _value(source: Source, node: cst.BaseExpression) -> Any:
    """Return the value of a literal, or of a duration that is written out."""
    if isinstance(node, cst.Call) and source.means(node.func, _TIMEDELTA):
        values = [(arg.keyword.value if arg.keyword else "", _value(source, arg.value)) for arg in node.args]
        if any(isinstance(below, cst.Arg) and below.star for below in walked(node)):
            return _UNKNOWN
        try:
            named = {name: value for name, value in values if name}
            return timedelta(*(value for name, value in values if not name), **named)
        except (TypeError, OverflowError):
            return _UNKNOWN
    try:
        return ast.literal_eval(_code(node))
    except (ValueError, SyntaxError, TypeError):
        return _UNKNOWN


def _is_same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _has_secret(arg: cst.Arg) -> bool:
    """Return whether an argument should not be shown; Kubernetes' Secrets go by their names."""
    text = _code(arg.value) if arg.keyword is None or arg.keyword.value in _SECRETS else _code(arg)
    return mask_shapes(text) != text


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node)
