"""Imports after a change: those of airflowkit are added, and those that nothing uses any more are taken out."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

import libcst as cst

from airflowkit.adopt.calls import bound, bound_names, has_comments, lost_comments, used_names
from airflowkit.adopt.rewriting import without_statements
from airflowkit.checks.fixes.syntax import walked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WIDTH: Final = 100
_BUILDING: Final = (cst.FunctionDef, cst.ClassDef, cst.With, cst.For)
_OPERATOR: Final = "KubernetesPodOperator"
_OURS: Final = "airflowkit"
_EMPTY: Final = cst.Expr(cst.Name("__empty__"))
"""Takes the place of an import of which nothing is left, until its statement goes."""


def without_imports(before: cst.Module, after: cst.Module, root: str, lines: Iterable[str]) -> cst.Module:
    """Return a changed tree without imports of a package that nothing uses, and with others.

    Args:
        before: The tree before the change.
        after: The tree after it.
        root: The package.
        lines: The imports that it needs now; those that are there already are not repeated.
    """
    used = _used(after)
    imports = [it for it in walked(after) if isinstance(it, (cst.Import, cst.ImportFrom)) and _root(it) == root]
    unused = {name for it in imports for name in bound_names(it)} - used
    tidied = after.visit(_Tidying((_used(before) - used) | unused))
    body: list[Any] = list(tidied.body)
    for line in lines:
        _insert(body, line)
    return tidied.with_changes(body=without_statements(body, _is_empty))


def _insert(body: list[Any], line: str) -> None:
    """Put an import among those of its package, in the order of the alphabet; else after the imports."""
    new: Any = cst.parse_statement(line)
    known = [(place, part) for place, it in enumerate(body) for part in _simple_imports(it)]
    package = [(place, part) for place, part in known if _root(part) == _root(new.body[0])]
    for place, part in package:
        if longer := _with_name(part, new.body[0]):
            body[place] = body[place].deep_replace(part, longer)
            return
    later = next((place for place, part in package if _module_name(part) > _module_name(new.body[0])), None)
    if later is None:
        body.insert(package[-1][0] + 1 if package else _place(body), new)
        return
    body.insert(later, new.with_changes(leading_lines=body[later].leading_lines))
    body[later + 1] = body[later + 1].with_changes(leading_lines=())


def _with_name(present: Any, new: Any) -> cst.ImportFrom | None:
    """Return an import of the same module with one more name; None if it is another one, or laid out in its own way."""
    if not isinstance(present, cst.ImportFrom) or present.lpar or isinstance(present.names, cst.ImportStar):
        return None
    if not isinstance(new, cst.ImportFrom) or _module_name(present) != _module_name(new):
        return None
    added: Any = () if isinstance(new.names, cst.ImportStar) else new.names
    plain = [alias.with_changes(comma=cst.MaybeSentinel.DEFAULT) for alias in (*present.names, *added)]
    longer: cst.ImportFrom = present.with_changes(names=sorted(plain, key=lambda alias: alias.evaluated_name))
    return longer


def _simple_imports(statement: Any) -> list[Any]:
    parts = statement.body if isinstance(statement, cst.SimpleStatementLine) else ()
    return [part for part in parts if isinstance(part, (cst.Import, cst.ImportFrom)) and _root(part)]


def _module_name(part: Any) -> str:
    module: Any = part.module if isinstance(part, cst.ImportFrom) else part.names[0].name
    return str(cst.helpers.get_full_name_for_node(module))


def with_imports(before: cst.Module, after: cst.Module, names: Iterable[str]) -> cst.Module:
    """Return a changed tree with the imports that it needs, and without those that the change has made useless.

    Args:
        before: The tree before the change.
        after: The tree after it.
        names: The public names that it uses now; `airflowkit` stands for the module itself.
    """
    useless = _used(before) - _used(after)
    tidying = _Tidying(useless)
    tidied = after.visit(tidying)
    wanted = sorted(set(names) - tidying.replaced)
    if not tidying.at_top and tidying.replaced:
        wanted = [name for name in wanted if name not in _CALLEES]
    body = _with_import(tidied.body, wanted) if wanted else list(tidied.body)
    return tidied.with_changes(body=without_statements(body, _is_empty))


_CALLEES: Final = frozenset({"pod_task", _OURS})


def _used(module: cst.Module) -> set[str]:
    """Return the names that are used: as values, in `__all__` and in annotations that are text."""
    names = {name.value for name in used_names(module)}
    exports = (it for it in walked(module) if isinstance(it, cst.SimpleStatementLine) and _exports(it))
    texts = (node for line in exports for node in walked(line) if isinstance(node, cst.SimpleString))
    names |= {text.value.strip("'\"") for text in texts}
    for annotation in (node for node in walked(module) if isinstance(node, cst.Annotation)):
        names |= set(re.findall(r"\w+", cst.Module([]).code_for_node(annotation.annotation)))
    return names


def _exports(line: cst.SimpleStatementLine) -> bool:
    return any(name.value == "__all__" for name in used_names(line))


class _Tidying(cst.CSTTransformer):
    """Takes useless names out of imports; within a function, `pod_task` is imported where the operator was."""

    def __init__(self, useless: set[str]) -> None:
        super().__init__()
        self._useless = useless
        self._depth = 0
        self.replaced: set[str] = set()
        self.at_top = False

    def visit_FunctionDef(self, _node: cst.FunctionDef) -> None:  # noqa: N802  libcst's name
        self._depth += 1

    def leave_FunctionDef(  # noqa: N802  libcst's name
        self, _original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        self._depth -= 1
        return updated_node

    def leave_ImportFrom(  # noqa: N802  libcst's name
        self, _original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> Any:
        if isinstance(updated_node.names, cst.ImportStar):
            return updated_node
        left = [alias for alias in updated_node.names if bound(alias) not in self._useless]
        gone = {alias.evaluated_name for alias in updated_node.names} - {alias.evaluated_name for alias in left}
        if not gone:
            return updated_node
        self.at_top |= not self._depth and _OPERATOR in gone
        if left:
            shorter = updated_node.with_changes(names=_relisted(updated_node.names, left))
            return updated_node if lost_comments(updated_node, shorter) else shorter
        if self._depth and _OPERATOR in gone and not lost_comments(updated_node, _EMPTY):
            self.replaced.add("pod_task")
            return _import_of(["pod_task"])
        return _EMPTY

    def leave_Import(self, _original_node: cst.Import, updated_node: cst.Import) -> Any:  # noqa: N802  libcst's name
        left = [alias for alias in updated_node.names if bound(alias) not in self._useless]
        if len(left) == len(updated_node.names):
            return updated_node
        return updated_node.with_changes(names=_relisted(updated_node.names, left)) if left else _EMPTY

    def leave_SimpleStatementLine(  # noqa: N802  libcst's name
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine:
        left = [part for part in updated_node.body if part is not _EMPTY]
        if len(left) == len(updated_node.body):
            return updated_node
        shorter = updated_node.with_changes(body=left) if left else _EMPTY
        if lost_comments(original_node.with_changes(leading_lines=()), shorter):
            return original_node
        return updated_node.with_changes(body=left) if left else updated_node

    def leave_IndentedBlock(  # noqa: N802  libcst's name
        self, _original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        return updated_node.with_changes(body=without_statements(updated_node.body, _is_empty))

    def leave_Try(self, original_node: cst.Try, updated_node: cst.Try) -> cst.Try:  # noqa: N802  libcst's name
        bodies = [updated_node.body.body, *(handler.body.body for handler in updated_node.handlers)]
        whole = original_node.with_changes(leading_lines=())
        if all(bodies) or (not any(bodies) and not lost_comments(whole, _EMPTY)):
            return updated_node
        return original_node


def _relisted(names: Sequence[cst.ImportAlias], left: list[cst.ImportAlias]) -> list[cst.ImportAlias]:
    """Return the names that are left, with the end of the list as it was."""
    return [*left[:-1], left[-1].with_changes(comma=names[-1].comma)]


def _is_empty(statement: Any) -> bool:
    """Return whether nothing is left of a statement; a `try` goes where nothing is left to try."""
    if isinstance(statement, cst.SimpleStatementLine):
        return all(part is _EMPTY for part in statement.body)
    if isinstance(statement, cst.Try):
        return not statement.body.body and not any(handler.body.body for handler in statement.handlers)
    return False


def _import_of(names: Sequence[str]) -> cst.ImportFrom | cst.Import:
    if list(names) == [_OURS]:
        return cst.Import([cst.ImportAlias(cst.Name(_OURS))])
    line = f"from {_OURS} import {', '.join(names)}"
    if len(line) > _WIDTH:
        line = f"from {_OURS} import (\n" + "".join(f"    {name},\n" for name in names) + ")"
    statement = cst.parse_statement(line)
    found = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    if not isinstance(found, cst.ImportFrom):
        raise TypeError(line)
    return found


def _with_import(body: Sequence[Any], names: Sequence[str]) -> list[Any]:
    """Return statements with names imported: by the import of airflowkit that is there, or by one after Airflow's."""
    listed = [name for name in names if name != _OURS]
    made = list(body)
    if _OURS in names and not any(_imports_module(statement) for statement in made):
        made.insert(_place(made), cst.SimpleStatementLine([_import_of([_OURS])]))
    if not listed:
        return made
    for place, statement in enumerate(made):
        present = _ours(statement)
        if present is not None:
            merged = sorted({*listed, *present})
            if merged != sorted(present):
                made[place] = statement.with_changes(body=[_import_of(merged)])
            return made
    made.insert(_place(made), cst.SimpleStatementLine([_import_of(listed)]))
    return made


def _ours(statement: Any) -> list[str] | None:
    """Return what a statement imports from airflowkit, if it imports nothing else and can be written anew."""
    found = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1 else None
    if not isinstance(found, cst.ImportFrom) or isinstance(found.names, cst.ImportStar) or _root(found) != _OURS:
        return None
    if has_comments(found) or found.relative or not isinstance(found.module, cst.Name):
        return None
    return None if any(alias.asname for alias in found.names) else [alias.evaluated_name for alias in found.names]


def _imports_module(statement: Any) -> bool:
    parts = statement.body if isinstance(statement, cst.SimpleStatementLine) else ()
    return any(isinstance(part, cst.Import) and any(bound(alias) == _OURS for alias in part.names) for part in parts)


def _place(body: Sequence[Any]) -> int:
    """Return where an import of airflowkit goes: after Airflow's, or else after the last import."""
    head = takewhile(lambda statement: not isinstance(statement, _BUILDING), body)
    roots = [(place, _root(part)) for place, statement in enumerate(head) for part in _imports(statement)]
    of_airflow = [place for place, root in roots if root == "airflow"]
    after = of_airflow or [place for place, root in roots if root]
    return after[-1] + 1 if after else _after_docstring(body)


def _imports(statement: Any) -> list[Any]:
    if isinstance(statement, cst.Try):
        return [part for inner in statement.body.body for part in _imports(inner)]
    return list(statement.body) if isinstance(statement, cst.SimpleStatementLine) else []


def _root(part: Any) -> str:
    if isinstance(part, cst.ImportFrom) and part.module and not part.relative:
        return str(cst.helpers.get_full_name_for_node(part.module)).partition(".")[0]
    return part.names[0].evaluated_name.partition(".")[0] if isinstance(part, cst.Import) else ""


def _after_docstring(body: Sequence[Any]) -> int:
    first = body[0].body[0] if body and isinstance(body[0], cst.SimpleStatementLine) else None
    return int(isinstance(first, cst.Expr) and isinstance(first.value, cst.SimpleString))
