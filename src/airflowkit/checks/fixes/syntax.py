"""Python source as a tree that keeps spaces and comments, and what the fixes find in it and cut out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeGuard, TypeVar

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider, QualifiedNameProvider

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Item = TypeVar("Item", cst.Arg, cst.BaseDictElement)
Gap = cst.BaseParenthesizableWhitespace

_DAG: Final = frozenset(
    {
        "airflow.DAG",
        "airflow.sdk.DAG",
        "airflow.models.DAG",
        "airflow.models.dag.DAG",
        "airflow.sdk.definitions.dag.DAG",
        "airflow.providers.common.compat.sdk.DAG",
    }
)
_DECORATOR: Final = frozenset({"airflow.sdk.dag", "airflow.decorators.dag", "airflow.providers.common.compat.sdk.dag"})
TIGHT: Final = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
_HARMLESS_CALLS: Final = frozenset({"datetime.timedelta"})


@dataclass(frozen=True)
class Source:
    """The tree of a file.

    Attributes:
        module: The tree.
        calls: Every call, in source order.
        functions: Every function by its name.
    """

    module: cst.Module
    calls: tuple[cst.Call, ...]
    functions: dict[str, cst.FunctionDef]
    _positions: dict[cst.CSTNode, CodeRange]
    _names: dict[cst.CSTNode, Any]

    def span(self, node: cst.CSTNode) -> CodeRange:
        """Return the position of a node."""
        return self._positions[node]

    def names(self, node: cst.CSTNode) -> set[str]:
        """Return what a name may refer to, such as `airflow.sdk.DAG`, by the file's imports."""
        found: Any = self._names.get(node, ())
        return {name.name for name in (found() if callable(found) else found)}  # libcst may compute them lazily

    def means(self, node: cst.CSTNode, wanted: frozenset[str]) -> bool:
        """Return whether a name refers to one of these and nothing else."""
        names = self.names(node)
        return bool(names) and names <= wanted

    def dag_call(self, line: int | None) -> cst.Call | cst.Decorator | None:
        """Return the `DAG(...)` at a line, or the `@dag` of the function that is called there; None if in doubt."""
        here = [call for call in self.calls if self.span(call).start.line == line]
        found: list[cst.Call | cst.Decorator] = [call for call in here if self.means(call.func, _DAG)]
        for call in here:
            if isinstance(call.func, cst.Name) and (function := self.functions.get(call.func.value)):
                found += [it for it in function.decorators if self.means(_called(it.decorator), _DECORATOR)]
        return found[0] if len(found) == 1 else None

    def is_plain(self, value: cst.BaseExpression) -> bool:
        """Return whether evaluating a value has no effect: names and literals, no calls."""
        if isinstance(value, cst.Call):
            return self.means(value.func, _HARMLESS_CALLS) and all(self.is_plain(arg.value) for arg in value.args)
        if isinstance(value, cst.Attribute):
            return self.is_plain(value.value)
        if isinstance(value, cst.UnaryOperation):
            return self.is_plain(value.expression)
        if isinstance(value, cst.FormattedString):
            parts = [part.expression for part in value.parts if isinstance(part, cst.FormattedStringExpression)]
            return all(isinstance(part, cst.Name) for part in parts)
        return isinstance(value, (cst.Name, cst.SimpleString, cst.ConcatenatedString, cst.BaseNumber))


def parsed(text: str) -> Source | None:
    """Return the tree of a text; None if it is not valid Python."""
    try:
        wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    except (cst.ParserSyntaxError, RecursionError):
        return None
    nodes = list(walked(wrapper.module))
    return Source(
        module=wrapper.module,
        calls=tuple(node for node in nodes if isinstance(node, cst.Call)),
        functions={node.name.value: node for node in nodes if isinstance(node, cst.FunctionDef)},
        _positions=dict(wrapper.resolve(PositionProvider)),
        _names=dict(wrapper.resolve(QualifiedNameProvider)),
    )


def walked(node: cst.CSTNode, without: tuple[type[cst.CSTNode], ...] = ()) -> Iterator[cst.CSTNode]:
    """Yield a node and all below it, except those of some kinds."""
    if isinstance(node, without):
        return
    yield node
    for child in node.children:
        yield from walked(child, without)


def keyword_index(call: cst.Call, name: str) -> int | None:
    """Return the index of a keyword among a call's arguments."""
    places = [place for place, arg in enumerate(call.args) if arg.keyword and arg.keyword.value == name]
    return places[0] if places else None


def keyword_value(call: cst.Call, name: str) -> cst.BaseExpression | None:
    """Return what a call is given for a keyword, or None."""
    place = keyword_index(call, name)
    return None if place is None else call.args[place].value


def without_argument(call: cst.Call, index: int) -> cst.Call:
    """Return a call without one of its arguments."""
    args, opening, closing = _without(call.args, index, call.whitespace_before_args, call.args[-1].whitespace_after_arg)
    if args:
        args[-1] = args[-1].with_changes(whitespace_after_arg=closing)
    return call.with_changes(args=args, whitespace_before_args=opening)


def longer(one: Sequence[cst.EmptyLine], other: Sequence[cst.EmptyLine]) -> Sequence[cst.EmptyLine]:
    """Return the blank lines of two statements as those of one: all if there are comments, else the longer run."""
    if any(line.comment for line in one):
        return [*one, *other]
    return max(other, one, key=len)


def without_element(value: cst.Dict, index: int) -> cst.Dict:
    """Return a dictionary without one of its elements."""
    left, right = value.lbrace, value.rbrace
    elements, opening, closing = _without(value.elements, index, left.whitespace_after, right.whitespace_before)
    return value.with_changes(
        elements=elements,
        lbrace=left.with_changes(whitespace_after=opening),
        rbrace=right.with_changes(whitespace_before=closing),
    )


def keyword_argument(name: str, value: cst.BaseExpression) -> cst.Arg:
    """Return an argument with its keyword, without space around the sign between them."""
    return cst.Arg(value, keyword=cst.Name(name), equal=TIGHT)


def with_argument(call: cst.Call, name: str, value: cst.BaseExpression) -> cst.Call:
    """Return a call with one more keyword, formatted like the others."""
    added = keyword_argument(name, value)
    if not call.args:
        return call.with_changes(args=[added])
    *others, last = call.args
    opening = call.whitespace_before_args
    has_comma = isinstance(last.comma, cst.Comma)
    closing: Gap = last.comma.whitespace_after if isinstance(last.comma, cst.Comma) else last.whitespace_after_arg
    gap: Gap = cst.SimpleWhitespace(" ")
    if _is_spread(opening):
        gap = opening.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=[])
        if _is_spread(closing):  # the comment at its end belongs to the argument before
            gap = gap.with_changes(first_line=closing.first_line)
            closing = closing.with_changes(first_line=cst.TrailingWhitespace())
    comma = cst.Comma(whitespace_after=gap)
    last = last.with_changes(comma=comma, whitespace_after_arg=cst.SimpleWhitespace(""))
    end = {"comma": cst.Comma(whitespace_after=closing)} if has_comma else {"whitespace_after_arg": closing}
    return call.with_changes(args=[*others, last, added.with_changes(**end)])


def _without(items: Sequence[Item], index: int, opening: Gap, closing: Gap) -> tuple[list[Item], Gap, Gap]:
    """Return all items but one, and the space before the first and after the last; the others keep their comments."""
    left = list(items)
    removed = left.pop(index)
    nothing = cst.SimpleWhitespace("")
    if not left:
        return left, nothing, nothing
    following = removed.comma.whitespace_after if isinstance(removed.comma, cst.Comma) else None
    if index == 0:
        return left, _joined(opening, following) if _is_spread(following) else opening, closing
    previous, before = left[index - 1], _gap(left[index - 1])
    if following is None and not _comments(before):
        left[index - 1] = previous.with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return left, opening, closing
    comma = cst.Comma(whitespace_after=_joined(before, following or closing))
    left[index - 1] = previous.with_changes(comma=comma)
    return left, opening, closing if following else nothing


def _gap(item: cst.Arg | cst.BaseDictElement) -> Gap:
    """Return the space after an item's comma."""
    return item.comma.whitespace_after if isinstance(item.comma, cst.Comma) else cst.SimpleWhitespace("")


def _is_spread(gap: Gap | None) -> TypeGuard[cst.ParenthesizedWhitespace]:
    """Return whether whitespace spans several lines."""
    return isinstance(gap, cst.ParenthesizedWhitespace)


def _comments(gap: Gap) -> bool:
    """Return whether whitespace contains comments."""
    return _is_spread(gap) and (bool(gap.first_line.comment) or any(line.comment for line in gap.empty_lines))


def _joined(before: Gap, after: Gap) -> Gap:
    """Join the whitespace before and after what is cut out, with its line end and comments."""
    if _is_spread(before) and _is_spread(after):
        return after.with_changes(first_line=before.first_line, empty_lines=[*before.empty_lines, *after.empty_lines])
    return before if _is_spread(before) else after


def _called(expression: cst.BaseExpression) -> cst.BaseExpression:
    return expression.func if isinstance(expression, cst.Call) else expression
