"""Fixes in DAG files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import libcst as cst

from airflowkit.checks.fixes.fix import Fix
from airflowkit.checks.fixes.syntax import (
    Source,
    keyword_index,
    longer,
    parsed,
    with_argument,
    without_argument,
    without_element,
)
from airflowkit.checks.moves.keywords import DROPPED
from airflowkit.pods.spec.keywords import DEAD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflowkit.checks.model.findings import Finding

_Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement

_POD_OPERATOR: Final = frozenset(
    f"airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator{way}" for way in ("", ".partial")
)
_PRINT_BOUND: Final = re.compile(r"\bimport\b[^\n]*\bprint\b|\bdef print\b|\bprint\s*(?::[^\n=]+)?=(?!=)")
_DEFAULTS_READ: Final = re.compile(r"\.\s*default_args|[\"']default_args[\"']|\bdefault_args\s*[\[.|}%]")


def without_prints(_finding: Finding, text: str) -> str | None:
    """Delete the prints at the top level whose arguments are names and literals.

    Such a print builds no DAG, calls nothing else, and its result is dropped.
    """
    source = parsed(text)
    if source is None or _PRINT_BOUND.search(text):
        return None
    kept: list[_Statement] = []
    carried: Sequence[cst.EmptyLine] = ()
    for statement in source.module.body:
        left = _without_prints(source, statement)
        if left is None:
            carried = longer(carried, statement.leading_lines)
            continue
        if carried:
            left = left.with_changes(leading_lines=longer(carried, left.leading_lines))
            carried = ()
        kept.append(left)
    footer = source.module.footer
    if footer or any(line.comment for line in carried):
        footer = [*carried, *footer]
    changed = source.module.with_changes(body=kept, footer=footer).code
    return changed if changed != text else None


def with_docs(finding: Finding, text: str) -> str | None:
    """Pass the module's docstring to the DAG as `doc_md`.

    Airflow only shows `doc_md` in its interface.
    """
    source = parsed(text)
    docs = source and source.module.get_docstring()
    if not source or not docs or docs.strip().endswith(".md"):  # Airflow takes that for a file name
        return None
    found = source.dag_call(finding.line)
    if found is None:
        return None
    call = found.decorator if isinstance(found, cst.Decorator) else found
    if not isinstance(call, cst.Call):
        return _replaced(source, call, with_argument(cst.Call(call), "doc_md", cst.Name("__doc__")))
    if keyword_index(call, "doc_md") is not None:
        return None
    return _replaced(source, call, with_argument(call, "doc_md", cst.Name("__doc__")))


def without_pod_argument(finding: Finding, text: str) -> str | None:
    """Delete an argument that the pod operator accepts and ignores.

    `is_delete_operator_pod=False` stays: its author wants to keep the pod, and has to say so in another way.
    """
    name = finding.message.partition(" ")[0]
    source = parsed(text)
    if source is None or name not in DEAD:
        return None
    found = [call for call in _pod_operators(source, finding.line) if keyword_index(call, name) is not None]
    place = keyword_index(found[0], name) if len(found) == 1 else None
    if place is None:
        return None
    value = found[0].args[place].value
    if not isinstance(value, cst.Name) or value.value not in (DEAD[name].harmless or (value.value,)):
        return None
    return _replaced(source, found[0], without_argument(found[0], place))


def without_default(finding: Finding, text: str) -> str | None:
    """Delete a key of `default_args` that no operator of the DAG uses.

    Airflow 3 passes each operator the keys that it has arguments for and ignores the others; the `sla` that it still
    accepts only warns. If the file itself reads `default_args`, the key stays.
    """
    key = next((it for it in DROPPED if finding.message.startswith(f"default_args has {it!r}")), None)
    source = parsed(text)
    if source is None or key is None or _DEFAULTS_READ.search(text):
        return None
    found = source.dag_call(finding.line)
    call = found.decorator if isinstance(found, cst.Decorator) else found
    place = keyword_index(call, "default_args") if isinstance(call, cst.Call) else None
    if not isinstance(call, cst.Call) or place is None:
        return None
    given = call.args[place].value
    value = _assigned(source, given) if isinstance(given, cst.Name) else given
    if not isinstance(value, cst.Dict) or (index := _plain_element(source, value, key)) is None:
        return None
    if value is given and len(value.elements) == 1:
        return _replaced(source, call, without_argument(call, place))
    return _replaced(source, value, without_element(value, index))


FIXES: Final = (
    Fix("AK105", without_prints),
    Fix("AK207", with_docs, declared=frozenset({("dag", "doc_md")})),
    Fix("AK411", without_pod_argument, declared=frozenset(("partial_kwargs", name) for name in DEAD)),
    Fix(
        "AK506",
        without_default,
        declared=frozenset((place, key) for place in ("default_args", "partial_kwargs") for key in DROPPED),
    ),
)


def _replaced(source: Source, old: cst.CSTNode, new: cst.CSTNode) -> str:
    changed = source.module.deep_replace(old, new)
    return changed.code if isinstance(changed, cst.Module) else source.module.code


def _without_prints(source: Source, statement: _Statement) -> _Statement | None:
    """Return a statement of the module without its prints; None if nothing is left."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return statement
    left = [part for part in statement.body if not _is_plain_print(source, part)]
    if len(left) == len(statement.body):
        return statement
    if not left:
        return None
    return statement.with_changes(body=[*left[:-1], left[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)])


def _is_plain_print(source: Source, part: cst.BaseSmallStatement) -> bool:
    call = part.value if isinstance(part, cst.Expr) else None
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Name) or call.func.value != "print":
        return False
    return all(
        not arg.star and not (arg.keyword and arg.keyword.value == "file") and _is_shown(source, arg.value)
        for arg in call.args
    )


def _is_shown(source: Source, value: cst.BaseExpression) -> bool:
    return not isinstance(value, (cst.Call, cst.Attribute)) and source.is_plain(value)


def _pod_operators(source: Source, line: int | None) -> Iterator[cst.Call]:
    """Yield the pod operators at a line; Python reports a mapped one at its last line."""
    for call in source.calls:
        span = source.span(call)
        lines = {span.start.line, span.end.line} if isinstance(call.func, cst.Attribute) else {span.start.line}
        if line in lines and source.means(call.func, _POD_OPERATOR):
            yield call


def _assigned(source: Source, name: cst.Name) -> cst.BaseExpression | None:
    """Return the value of a name that the module sets once and uses once."""
    uses = [node for node in _names(source.module) if node.value == name.value]
    values = [
        part.value
        for statement in source.module.body
        if isinstance(statement, cst.SimpleStatementLine)
        for part in statement.body
        if (isinstance(part, cst.Assign) and any(target.target in uses for target in part.targets))
        or (isinstance(part, cst.AnnAssign) and part.target in uses)
    ]
    return values[0] if len(values) == 1 and len(uses) == 2 else None  # noqa: PLR2004  the assignment and the use


def _names(node: cst.CSTNode) -> Iterator[cst.Name]:
    """Yield every name below a node, except the keywords of calls."""
    if isinstance(node, cst.Name):
        yield node
    for child in node.children:
        if not (isinstance(node, cst.Arg) and child is node.keyword):
            yield from _names(child)


def _plain_element(source: Source, value: cst.Dict, key: str) -> int | None:
    """Return the index of a key in a dictionary, if it occurs once and evaluating its value has no effect."""
    places = [
        place
        for place, element in enumerate(value.elements)
        if isinstance(element, cst.DictElement)
        and isinstance(element.key, cst.SimpleString)
        and element.key.evaluated_value == key
        and source.is_plain(element.value)
    ]
    return places[0] if len(places) == 1 else None
