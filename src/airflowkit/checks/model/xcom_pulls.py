"""Which tasks pull an XCom without `task_ids`: Airflow 2 then takes any task's, Airflow 3 that of the task itself.

Source: `RuntimeTaskInstance.xcom_pull` of the Task SDK.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PULL: Final = re.compile(r"\bxcom_pull\(")
_LONGEST: Final = 500
_NONE: Final = ("None", "none")
"""As Python spells it, and as Jinja does, too."""


def pulls_from_any_task(templates: Iterable[str], function: Any) -> bool:
    """Return whether a task pulls an XCom without `task_ids`.

    Args:
        templates: Its templates.
        function: What it calls; None if it calls nothing.
    """
    trees = [*_in_templates(templates), *_in_function(function)]
    return any(_names_no_task(node) for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))


def _names_no_task(call: ast.Call) -> bool:
    if not isinstance(call.func, (ast.Attribute, ast.Name)):
        return False
    name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id
    tasks = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg in {"task_ids", None})]
    return name == "xcom_pull" and all(ast.unparse(it) in _NONE for it in tasks)


def _in_templates(texts: Iterable[str]) -> Iterator[ast.AST]:
    """Yield the calls in templates: Jinja writes them as Python does."""
    for text in texts:
        for found in _PULL.finditer(text):
            rest = text[found.start() : found.start() + _LONGEST]
            for end in (it.end() for it in re.finditer(r"\)", rest)):
                with suppress(SyntaxError, ValueError):
                    yield ast.parse(rest[:end], mode="eval")
                    break


def _in_function(function: Any) -> Iterator[ast.AST]:
    with suppress(OSError, TypeError, SyntaxError, ValueError):  # no source, or a part of a line
        yield ast.parse(textwrap.dedent(inspect.getsource(function)))
