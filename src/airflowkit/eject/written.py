"""Parts of a manifest as Python: the Kubernetes client's models, with each argument as the file has written it."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import libcst as cst

from airflowkit.pods.schema.models import fields

if TYPE_CHECKING:
    from collections.abc import Iterable

MODELS: Final = "k8s"
"""The name of the client's models in a file; see `eject.names`."""


class Code(str):
    """A text that stands for an expression of the file, wherever a class puts it."""

    __slots__ = ("expression",)

    expression: cst.BaseExpression

    @classmethod
    def of(cls, expression: cst.BaseExpression, number: int) -> Code:
        """Return the text that stands for an expression."""
        made = cls(f"code{number}")
        made.expression = expression
        return made


def value_of(expression: cst.BaseExpression, number: int = 0) -> Any:
    """Return what an expression is: text, None, True, False, and lists and dictionaries of them; else its `Code`.

    A number stays as it is written: `0o400` is no `256`.
    """
    if isinstance(expression, (cst.SimpleString, cst.ConcatenatedString, cst.Name, cst.List, cst.Dict)):
        with suppress(ValueError, SyntaxError):
            return ast.literal_eval(text_of(expression))
    return Code.of(expression, number)


def text_of(node: cst.CSTNode) -> str:
    """Return the source text of a node."""
    return cst.Module([]).code_for_node(node)


def expression_of(content: Any, kind: str = "any", *, many: bool = False) -> cst.BaseExpression:
    """Return an expression for a part of a manifest.

    Args:
        content: The part.
        kind: What it is, as `Field.kind` has it.
        many: Whether it is a list of that.
    """
    return cst.parse_expression(_text(content, kind, many=many))


def listed(expressions: Iterable[cst.BaseExpression]) -> cst.List:
    """Return a list of expressions on one line."""
    return cst.List([cst.Element(it) for it in expressions])


def _text(content: Any, kind: str = "any", *, many: bool = False) -> str:
    if isinstance(content, Code):
        return text_of(content.expression)
    if many and isinstance(content, (list, tuple)):
        return f"[{', '.join(_text(it, kind) for it in content)}]"
    if kind.startswith("V1") and isinstance(content, Mapping):
        known = fields(kind)
        found = ((known[key], it) for key, it in content.items())
        given = (f"{field.name}={_text(it, field.kind, many=field.many)}" for field, it in found)
        return f"{MODELS}.{kind}({', '.join(given)})"
    return _plain_text(content)


def _plain_text(content: Any) -> str:
    """Return what is no model as Python."""
    if isinstance(content, timedelta):
        return _duration(content)
    if isinstance(content, Mapping):
        return f"{{{', '.join(f'{_text(key)}: {_text(it)}' for key, it in content.items())}}}"
    if isinstance(content, (list, tuple)):
        return f"[{', '.join(map(_text, content))}]"
    return json.dumps(content, ensure_ascii=False) if isinstance(content, str) else repr(content)


def _duration(content: timedelta) -> str:
    """Return a duration in the largest unit that counts it whole."""
    for unit in ("days", "hours", "minutes", "seconds", "microseconds"):
        number, rest = divmod(content, timedelta(**{unit: 1}))
        if not rest:
            return f"timedelta({unit}={number})"
    return repr(content)
