"""What code says, the same in each Python: the words of its syntax tree, as each Python has its own instructions.

Comments, docstrings, layout, annotations, and statements without effect are not in it.
"""

from __future__ import annotations

import ast
import linecache
import warnings
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import CodeType, FunctionType

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
            self._files[code.co_filename] = _functions(code.co_filename)
        nodes = self._files[code.co_filename].get((code.co_firstlineno, code.co_name), [])
        try:
            return next((_function(node) for node in (nodes if len(nodes) == 1 else _of(code, nodes))), None)
        except RecursionError:
            return None


def in_words(value: object) -> str:
    """Return a syntax tree in words, the same in each Python."""
    match value:
        case ast.AnnAssign(target=target, value=ast.expr() as assigned):
            return in_words(ast.Assign(targets=[target], value=assigned))
        case ast.AST():
            fields = ((name, inner) for name, inner in ast.iter_fields(value) if name not in _WITHOUT_EFFECT)
            told = (f"{name}={in_words(inner)}" for name, inner in fields if inner is not None and inner != [])
            return f"{type(value).__name__}({', '.join(told)})"
        case list():
            return f"[{', '.join(in_words(each) for each in value if not _is_idle(each))}]"
        case _:
            return repr(value)


def _is_idle(statement: object) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()) | ast.AnnAssign(value=None):
            return True
    return False


def _functions(path: str) -> Mapping[tuple[int, str], list[_Function]]:
    """Return the functions of a file by their first line and name; several lambdas may share them."""
    found: dict[tuple[int, str], list[_Function]] = defaultdict(list)
    try:
        with warnings.catch_warnings(action="ignore"):  # Python has given them already
            tree = ast.parse("".join(linecache.getlines(path)))
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
        name: in_words(arguments)
        for name, arguments in ast.iter_fields(node.args)
        if name not in {"defaults", "kw_defaults"}  # they are values
    }
    return f"{type(node).__name__} {arguments} {in_words(node.body)}"


def _of(code: CodeType, nodes: Iterable[_Function]) -> Iterator[_Function]:
    """Yield those of several lambdas of one line that some code may be, the likeliest first."""
    places = {(line, column, end_line, end_column) for line, end_line, column, end_column in code.co_positions()}
    bodies: list[tuple[_Function, Any]] = [(node, node.body) for node in nodes]
    for node, body in bodies:
        if (body.lineno, body.col_offset, body.end_lineno, body.end_col_offset) in places:
            yield node
    for node, body in bodies:  # Python 3.12 keeps no place of a constant
        if isinstance(body, ast.Constant) and body.value in code.co_consts:
            yield node
