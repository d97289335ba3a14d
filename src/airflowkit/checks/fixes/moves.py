"""Fixes of what Airflow moved and renamed: imports, and arguments of calls."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import libcst as cst

from airflowkit.checks.fixes.fix import Fix
from airflowkit.checks.fixes.syntax import Source, keyword_index, parsed, without_argument
from airflowkit.checks.moves.keywords import CLASSES, Keyword, renamed
from airflowkit.checks.moves.names import Move, successor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.checks.model.findings import Finding

_NO_MODULE: Final = "airflow.configuration.conf"
"""An object, although the table names its methods like a module's functions."""


def up_to_date(finding: Finding, text: str) -> str | None:
    """Write the import, or the argument, that a finding is about as today's Airflow has it."""
    source = parsed(text)
    if source is None:
        return None
    verb, name = [*finding.message.split(" ", 2), ""][:2]
    name = name.rstrip(",")
    if verb == "imports":
        move = successor(name)
        return _moved(source, finding.line, move) if move and move.new else None
    return _renamed(source, finding.line, name) if verb == "passes" else None


def _moved(source: Source, line: int | None, move: Move) -> str | None:
    """Return the text with the import of one name split off, and the name's uses under its new name."""
    old_module, _, old = move.old.rpartition(".")
    new_module, _, new = move.new.rpartition(".")
    found = next(_imports(source, line, old_module, old), None)
    if found is None or new_module == _NO_MODULE:
        return None
    statement, imported, alias = found
    bound = new if old == new or _is_free(source, new) else old
    asname = alias.asname or (cst.AsName(cst.Name(old)) if bound != new else None)
    added = cst.ImportFrom(_dotted(new_module), [cst.ImportAlias(cst.Name(new), asname=asname)])
    left = [it for it in imported.names if it is not alias] if not isinstance(imported.names, cst.ImportStar) else []
    if left:
        left[-1] = left[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    lines = [statement.with_changes(body=[added])]
    if left:
        lines = [statement.with_changes(body=[imported.with_changes(names=left)]), cst.SimpleStatementLine([added])]
    body = source.module.body
    place = body.index(statement)
    module = source.module.with_changes(body=[*body[:place], *lines, *body[place + 1 :]])
    if bound == new != old and not alias.asname:
        module = module.visit(_Renaming(old, new))
    return module.code


def _imports(
    source: Source, line: int | None, module: str, name: str
) -> Iterator[tuple[cst.SimpleStatementLine, cst.ImportFrom, cst.ImportAlias]]:
    """Yield the statements at a line that import a name from a module, and nothing else."""
    for statement in source.module.body:
        if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
            continue
        span, imported = source.span(statement), statement.body[0]
        if not isinstance(imported, cst.ImportFrom) or isinstance(imported.names, cst.ImportStar):
            continue
        if imported.relative or not span.start.line <= (line or 0) <= span.end.line:
            continue
        if cst.helpers.get_full_name_for_node(imported.module or cst.Name("")) == module:
            yield from ((statement, imported, alias) for alias in imported.names if alias.evaluated_name == name)


def _dotted(name: str) -> cst.Attribute | cst.Name:
    first, *others = name.split(".")
    found: cst.Attribute | cst.Name = cst.Name(first)
    for part in others:
        found = cst.Attribute(found, cst.Name(part))
    return found


def _is_free(source: Source, name: str) -> bool:
    """Return whether a file does not use a name yet."""
    return not any(isinstance(node, cst.Name) and node.value == name for node in _names(source.module))


def _names(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _names(child)


class _Renaming(cst.CSTTransformer):
    """Renames a name that is bound once, by an import; attributes and keywords of that name are others' names."""

    def __init__(self, old: str, new: str) -> None:
        super().__init__()
        self._old, self._new = old, new
        self._kept: defaultdict[cst.CSTNode, int] = defaultdict(int)

    def visit_Attribute(self, node: cst.Attribute) -> None:  # noqa: N802  libcst's name
        self._kept[node.attr] += 1

    def visit_Arg(self, node: cst.Arg) -> None:  # noqa: N802  libcst's name
        if node.keyword:
            self._kept[node.keyword] += 1

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:  # noqa: N802  libcst's name
        if original_node.value != self._old or original_node in self._kept:
            return updated_node
        return updated_node.with_changes(value=self._new)


def _renamed(source: Source, line: int | None, name: str) -> str | None:
    """Return the text with an argument under its new name, or without it; None if it is not clear which call it is."""
    found = [(call, keyword) for call in source.calls if (keyword := _keyword(source, call, line, name))]
    if len(found) != 1:
        return None
    call, keyword = found[0]
    place = keyword_index(call, name)
    if place is None or not keyword.mechanical:
        return None
    if not keyword.new:
        if not source.is_plain(call.args[place].value):
            return None
        changed = without_argument(call, place)
    elif keyword_index(call, keyword.new) is not None:
        return None
    else:
        args = list(call.args)
        args[place] = args[place].with_changes(keyword=cst.Name(keyword.new))
        changed = call.with_changes(args=args)
    after = source.module.deep_replace(call, changed)
    return after.code if isinstance(after, cst.Module) else None


def _keyword(source: Source, call: cst.Call, line: int | None, name: str) -> Keyword | None:
    """Return what became of an argument of a call at a line, whoever is called: the finding knows the class."""
    span = source.span(call)
    if not span.start.line <= (line or 0) <= span.end.line or keyword_index(call, name) is None:
        return None
    return renamed(CLASSES, name)


FIXES: Final = (Fix("AK101", up_to_date),)
