"""What code says, the same in each Python: the words of its syntax tree, as each Python has its own instructions.

Comments, docstrings, layout, annotations, and statements without effect are not in it.
"""

from __future__ import annotations

import ast
import linecache
import warnings
from collections import defaultdict
from contextlib import suppress
from functools import lru_cache
from types import CodeType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import FunctionType

    _Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

_WITHOUT_EFFECT: Final = frozenset(
    {"annotation", "ctx", "kind", "returns", "type_comment", "type_ignores", "type_params"}
)


class Sources:
    """The functions of source files, each file read once."""

    def __init__(self) -> None:
        self._files: dict[str, Mapping[tuple[int, str], list[_Function]]] = {}

    def text(self, function: FunctionType) -> str | None:
        """Return what a function does: its arguments' names and its body, without decorators and defaults.

        Returns:
            None if its source cannot be had: it was made by `exec`, or its file has only bytecode.
        """
        code = function.__code__
        if code.co_filename not in self._files:
            linecache.lazycache(code.co_filename, function.__globals__)  # it may be in an archive
            self._files[code.co_filename] = _functions("".join(linecache.getlines(code.co_filename)))
        nodes = self._files[code.co_filename].get((code.co_firstlineno, code.co_name), [])
        node = nodes[0] if len(nodes) == 1 else _of(code, nodes)
        return _function(node) if node else None


def in_words(tree: ast.AST | list[Any]) -> str:
    """Return a syntax tree in words, the same in each Python."""
    told: list[str] = []
    waiting: list[Any] = [tree]
    while waiting:  # a long sum is deeper than Python's recursion
        part = waiting.pop()
        if isinstance(part, str):
            told.append(part)
        else:
            waiting += reversed(_listed(part) if isinstance(part, list) else _parts(part))
    return "".join(told)


def _listed(values: list[Any]) -> list[Any]:
    """Return a list's words and syntax trees in their order."""
    told = [part for each in values if not _is_idle(each) for part in (_leaf(each), ", ")]
    return ["[", *told, "]"]


def _parts(node: ast.AST) -> list[Any]:
    """Return a syntax tree's words and smaller trees in their order."""
    if isinstance(node, ast.AnnAssign) and node.value:
        node = ast.Assign(targets=[node.target], value=node.value)
    found, words = list[Any](), f"{type(node).__name__}("
    for name in node._fields:
        inner = getattr(node, name, None)
        if inner is None or inner == [] or name in _WITHOUT_EFFECT:
            continue
        if isinstance(inner, (ast.AST, list)):
            found += f"{words}{name}=", inner
            words = ", "
        else:
            words += f"{name}={_leaf(inner)}, "
    return [*found, f"{words})"]


def _leaf(value: Any) -> Any:
    """Return a name or a constant in words; which characters `repr` escapes depends on the Python."""
    return value if isinstance(value, (ast.AST, list)) else ascii(value)


def _is_idle(statement: object) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()) | ast.AnnAssign(value=None):
            return True
    return False


@lru_cache(maxsize=64)  # most DAG files of a repository have the same helpers
def _functions(text: str) -> Mapping[tuple[int, str], list[_Function]]:
    """Return the functions of a file by their first line and name; several lambdas may share them."""
    found: dict[tuple[int, str], list[_Function]] = defaultdict(list)
    try:
        with warnings.catch_warnings(action="ignore"):  # Python has given them already
            tree = ast.parse(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return found
    for node in ast.walk(tree):
        match node:
            case ast.Lambda():
                found[node.lineno, "<lambda>"].append(node)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                first = min(each.lineno for each in (node, *node.decorator_list))
                found[first, node.name].append(node)
    return found


def _function(node: _Function) -> str:
    arguments = {
        name: in_words([arguments])
        for name, arguments in ast.iter_fields(node.args)
        if name not in {"defaults", "kw_defaults"}  # they are values
    }
    return f"{type(node).__name__} {arguments} {in_words([node.body])}"


def _of(code: CodeType, nodes: Iterable[_Function]) -> _Function | None:
    """Return the one of several lambdas of one line that some code is: the innermost that all its places are in."""
    places = [place for place in code.co_positions() if place[3]]  # what starts a function has no columns
    bodies: list[tuple[_Function, Any]] = [(node, node.body) for node in nodes]
    if not places:  # Python 3.12 keeps no place of a constant
        return next((node for node, _body in bodies if _is_constant(code, node)), None)
    around = [(node, body) for node, body in bodies if all(_is_in(place, body) for place in places)]
    return max(around, key=lambda found: (found[1].lineno, found[1].col_offset), default=(None,))[0]


def _is_in(place: tuple[int | None, ...], body: ast.expr) -> bool:
    line, end_line, column, end_column = (part or 0 for part in place)
    starts = (body.lineno, body.col_offset) <= (line, column)
    return starts and (end_line, end_column) <= (body.end_lineno or 0, body.end_col_offset or 0)


def _is_constant(code: CodeType, node: _Function) -> bool:
    with suppress(SyntaxError):  # `await` stands in an asynchronous function
        alone = compile(ast.Expression(node), "", "eval").co_consts  # type: ignore[arg-type]
        codes = [(it.co_code, it.co_consts) for it in alone if isinstance(it, CodeType)]
        return repr((code.co_code, code.co_consts)) in map(repr, codes)
    return False
