"""Lets `int(...)` and `float(...)` in a DAG file keep the mark of a stand-in: both return plain numbers."""

from __future__ import annotations

import ast
import re
from typing import Final

NUMBER_FROM: Final = "__airflowkit_number_from__"
"""The name under which a DAG file finds `values.number_from`."""
_SIGN: Final = re.compile(rb"\b(?:int|float)\(")
_CONVERSIONS: Final = frozenset({"int", "float"})


def with_marked_numbers(content: bytes, path: str) -> ast.Module | bytes:
    """Return a file's syntax tree with marked conversions; its content if it converts nothing."""
    if not _SIGN.search(content):
        return content
    try:
        return _Conversions().visit(ast.parse(content, path))  # type: ignore[no-any-return]
    except (SyntaxError, ValueError, RecursionError):
        return content  # compiling it says why


class _Conversions(ast.NodeTransformer):
    """Turns `int(x)` into `number_from(int, x)`."""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        """Replace a conversion, and those within it."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in _CONVERSIONS:
            node.args.insert(0, node.func)
            node.func = ast.copy_location(ast.Name(NUMBER_FROM, ast.Load()), node.func)
        return node
