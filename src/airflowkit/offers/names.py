"""What a module assigns to its names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.checks.fixes.syntax import Source


def assigned(source: Source, name: str) -> list[cst.BaseExpression]:
    """Return the values that the statements of a module assign to a name, outside functions and blocks."""
    return [value for target, value in _assignments(source) if isinstance(target, cst.Name) and target.value == name]


def _assignments(source: Source) -> Iterator[tuple[cst.CSTNode, cst.BaseExpression]]:
    for line in source.module.body:
        for part in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(part, cst.Assign):
                yield from ((each.target, part.value) for each in part.targets)
            elif isinstance(part, cst.AnnAssign) and part.value:
                yield part.target, part.value
