"""Writes changes into a file's tree, and takes out what they leave empty."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import libcst as cst

from airflowkit.adopt.calls import lost_comments
from airflowkit.checks.fixes.syntax import keyword_index, longer, without_argument, without_element

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Rewrite = Callable[[Any], Any]
"""From a node, with what is below it already rewritten, to what takes its place."""
Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement

GONE: Final = cst.Name("__gone__")
"""Takes the place of what is taken out; no file has it afterwards."""


def rewritten(module: cst.Module, rewrites: Iterable[Mapping[cst.CSTNode, Rewrite]]) -> cst.Module:
    """Return a tree with some of its nodes rewritten."""
    return module.visit(_Rewriting(rewrites))


def without_statements(body: Sequence[Any], is_gone: Callable[[Any], bool]) -> list[Any]:
    """Return statements without some of them; the next one inherits their blank lines and comments."""
    left: list[Any] = []
    carried: Sequence[cst.EmptyLine] = ()
    for statement in body:
        if is_gone(statement):
            carried = longer(carried, statement.leading_lines)
            continue
        left.append(statement)
        if carried:
            left[-1] = statement.with_changes(leading_lines=longer(carried, statement.leading_lines))
            carried = ()
    return left


def _without_argument(call: cst.Call, place: int) -> cst.Call:
    """Return a call without one of its arguments, whose comments become lines of their own."""
    shorter = without_argument(call, place)
    lost = list(lost_comments(call, shorter).elements())
    if not lost or not shorter.args:
        return shorter
    if place == 0:
        return shorter.with_changes(whitespace_before_args=_with_comments(shorter.whitespace_before_args, lost))
    return shorter.with_changes(args=_with_comments_before(shorter.args, place, lost))


def _without_element(value: cst.Dict, place: int) -> cst.Dict:
    """Return a dictionary without one of its elements, whose comments become lines of their own."""
    shorter = without_element(value, place)
    lost = list(lost_comments(value, shorter).elements())
    if not lost or not shorter.elements:
        return shorter
    if place == 0:
        left = shorter.lbrace
        gap = _with_comments(left.whitespace_after, lost)
        return shorter.with_changes(lbrace=left.with_changes(whitespace_after=gap))
    return shorter.with_changes(elements=_with_comments_before(shorter.elements, place, lost))


def _with_comments_before(items: Sequence[Any], place: int, lost: Sequence[str]) -> list[Any]:
    """Return arguments or elements with comments ahead of one of them, or after the last."""
    left = list(items)
    before = left[place - 1]
    if isinstance(before.comma, cst.Comma):
        comma = before.comma.with_changes(whitespace_after=_with_comments(before.comma.whitespace_after, lost))
        left[place - 1] = before.with_changes(comma=comma)
    return left


def without_keyword(call: cst.Call, name: str) -> cst.Call:
    """Return a call without a keyword, if it has it, whose comments become lines of their own."""
    place = keyword_index(call, name)
    return call if place is None else _without_argument(call, place)


def _with_comments(gap: cst.BaseParenthesizableWhitespace, texts: Sequence[str]) -> cst.BaseParenthesizableWhitespace:
    if not isinstance(gap, cst.ParenthesizedWhitespace):
        return gap
    lines = [cst.EmptyLine(gap.indent, gap.last_line, cst.Comment(text)) for text in texts]
    return gap.with_changes(empty_lines=[*gap.empty_lines, *lines])


class _Rewriting(cst.CSTTransformer):
    """Rewrites nodes, and takes out elements, arguments and statements that are `GONE`."""

    def __init__(self, rewrites: Iterable[Mapping[cst.CSTNode, Rewrite]]) -> None:
        super().__init__()
        self._rewrites: dict[cst.CSTNode, list[Rewrite]] = defaultdict(list)
        for table in rewrites:
            for node, rewrite in table.items():
                self._rewrites[node].append(rewrite)
        self._emptied: set[str] = set()

    def on_leave(self, original_node: Any, updated_node: Any) -> Any:
        node = super().on_leave(original_node, updated_node)
        for rewrite in self._rewrites.get(original_node, ()):
            node = rewrite(node)
        return node

    def leave_List(self, _original_node: cst.List, updated_node: cst.List) -> cst.List | cst.Name:  # noqa: N802
        left = [element for element in updated_node.elements if not _is_gone(element.value)]
        if len(left) == len(updated_node.elements):
            return updated_node
        if left and updated_node.elements[-1] is not left[-1]:
            left[-1] = left[-1].with_changes(comma=updated_node.elements[-1].comma)
        return updated_node.with_changes(elements=left) if left else GONE

    def leave_BinaryOperation(  # noqa: N802  libcst's name
        self, _original_node: cst.BinaryOperation, updated_node: cst.BinaryOperation
    ) -> cst.BaseExpression:
        if _is_gone(updated_node.left):
            return updated_node.right
        return updated_node.left if _is_gone(updated_node.right) else updated_node

    def leave_Tuple(self, _original_node: cst.Tuple, updated_node: cst.Tuple) -> cst.Tuple | cst.Name:  # noqa: N802
        left = [element for element in updated_node.elements if not _is_gone(element.value)]
        if len(left) == len(updated_node.elements):
            return updated_node
        if len(left) == 1:
            left = [left[0].with_changes(comma=cst.Comma())]
        return updated_node.with_changes(elements=left) if left else GONE

    def leave_Dict(self, _original_node: cst.Dict, updated_node: cst.Dict) -> cst.Dict:  # noqa: N802
        for place, element in reversed(list(enumerate(updated_node.elements))):
            if _is_gone(element.value) or (
                isinstance(element, cst.DictElement)
                and isinstance(element.value, cst.Name)
                and element.value.value in self._emptied
            ):
                updated_node = _without_element(updated_node, place)
        return updated_node

    def leave_Assign(self, _original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign:  # noqa: N802
        target = updated_node.targets[0].target
        if _is_gone(updated_node.value) and isinstance(target, cst.Name):
            self._emptied.add(target.value)
        return updated_node

    def leave_Call(self, _original_node: cst.Call, updated_node: cst.Call) -> cst.Call:  # noqa: N802
        gone = {GONE.value, *self._emptied}
        for place, arg in reversed(list(enumerate(updated_node.args))):
            if arg.keyword and isinstance(arg.value, cst.Name) and arg.value.value in gone:
                updated_node = _without_argument(updated_node, place)
        return updated_node

    def leave_Module(self, _original_node: cst.Module, updated_node: cst.Module) -> cst.Module:  # noqa: N802
        return updated_node.with_changes(body=without_statements(updated_node.body, _sets_nothing))

    def leave_IndentedBlock(  # noqa: N802  libcst's name
        self, _original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        return updated_node.with_changes(body=without_statements(updated_node.body, _sets_nothing))


def _is_gone(node: cst.CSTNode | None) -> bool:
    return isinstance(node, cst.Name) and node.value == GONE.value


def _sets_nothing(statement: Any) -> bool:
    parts = statement.body if isinstance(statement, cst.SimpleStatementLine) else ()
    return len(parts) == 1 and isinstance(parts[0], (cst.Assign, cst.AnnAssign)) and _is_gone(parts[0].value)
