"""What Kubernetes' models and Airflow's `Secret` are called with, and calls of airflowkit's classes instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import libcst as cst

from airflowkit.adopt.calls import has_comments
from airflowkit.checks.fixes.syntax import keyword_argument

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflowkit.checks.fixes.syntax import Source

Named = Callable[[str], cst.BaseExpression]
"""Gives a public name of airflowkit as this file has to write it."""
Arguments = dict[str, cst.BaseExpression]

_SECRET: Final = frozenset(
    f"airflow.{module}.Secret"
    for module in ("providers.cncf.kubernetes.secret", "kubernetes.secret", "contrib.kubernetes.secret")
)
_IN_ORDER: Final[Mapping[str, tuple[str, ...]]] = {
    "Secret": ("deploy_type", "deploy_target", "secret", "key", "items"),
    "V1LocalObjectReference": ("name",),
    "V1EnvVar": ("name", "value", "value_from"),
}
"""The arguments that people write without their keywords."""


def model_of(source: Source, value: cst.BaseExpression) -> str:
    """Return the class that a value is an instance of, if it is one of Kubernetes' models or Airflow's `Secret`."""
    if not isinstance(value, cst.Call):
        return ""
    if source.means(value.func, _SECRET):
        return "Secret"
    names = source.names(value.func)
    found = {name.rpartition(".")[2] for name in names}
    return found.pop() if len(found) == 1 and all(name.startswith("kubernetes.client.") for name in names) else ""


def arguments_of(source: Source, value: cst.BaseExpression, model: str) -> Arguments | None:
    """Return the arguments of an instance by keyword, without those that are None; None if it is something else."""
    if not isinstance(value, cst.Call) or model_of(source, value) != model or has_comments(value):
        return None
    order = _IN_ORDER.get(model, ())
    found: Arguments = {}
    for place, arg in enumerate(value.args):
        if arg.star or (arg.keyword is None and place >= len(order)):
            return None
        found[arg.keyword.value if arg.keyword else order[place]] = arg.value
    return {name: given for name, given in found.items() if not is_none(given)}


def only(found: Arguments | None, needed: Sequence[str], optional: Sequence[str] = ()) -> Arguments | None:
    """Return arguments if all that are needed are there, and no others than these; None if not."""
    if found is None or not set(needed) <= found.keys() <= {*needed, *optional}:
        return None
    return found


def instance(
    named: cst.BaseExpression, given: Sequence[tuple[str, cst.BaseExpression]], like: cst.BaseExpression
) -> cst.Call:
    """Return a call with arguments, spread over lines like another one; a keyword that is empty is left out."""
    args = [keyword_argument(keyword, value) if keyword else cst.Arg(value) for keyword, value in given]
    opening = like.whitespace_before_args if isinstance(like, cst.Call) else None
    if not isinstance(like, cst.Call) or not isinstance(opening, cst.ParenthesizedWhitespace) or not args:
        return cst.Call(named, args)
    last = like.args[-1]
    ended = isinstance(last.comma, cst.Comma)
    closing = last.comma.whitespace_after if isinstance(last.comma, cst.Comma) else last.whitespace_after_arg
    args = [arg.with_changes(comma=cst.Comma(whitespace_after=opening)) for arg in args]
    end = {"comma": cst.Comma(whitespace_after=closing)} if ended else {"comma": cst.MaybeSentinel.DEFAULT}
    args[-1] = args[-1].with_changes(**end, **({} if ended else {"whitespace_after_arg": closing}))
    return cst.Call(named, args, whitespace_before_args=opening)


def text_of(value: cst.BaseExpression | None) -> str | None:
    """Return the text that a literal is; None for anything else."""
    if isinstance(value, (cst.SimpleString, cst.ConcatenatedString)):
        evaluated = value.evaluated_value
        return evaluated if isinstance(evaluated, str) else None
    return None


def is_none(value: cst.BaseExpression | None) -> bool:
    """Return whether a value is the literal None."""
    return isinstance(value, cst.Name) and value.value == "None"
