"""The names of airflowkit that a file uses, and the plain ones that it needs instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from airflowkit import _MODULE_OF
from airflowkit.adopt.calls import POD_OPERATORS, bound_names, called, used_names
from airflowkit.adopt.imports import without_imports
from airflowkit.adopt.models import text_of
from airflowkit.checks.fixes.syntax import walked
from airflowkit.eject.alerts import CARD, MODULE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflowkit.adopt.calls import RawCalls

PACKAGE: Final = "airflowkit"
OPERATOR: Final = "KubernetesPodOperator"
_PUBLIC: Final = {
    spelling: name
    for name, module in _MODULE_OF.items()
    for spelling in (f"{PACKAGE}.{name}", f"{PACKAGE}.{module}.{name}")
}
_IMPORTING: Final = ("import_module", "__import__", "find_spec", "run_module")
POD_TASK: Final = frozenset(spelling for spelling, name in _PUBLIC.items() if name == "pod_task")
_PLAIN: Final[Mapping[str, tuple[str, str]]] = {
    OPERATOR: (
        f"airflow.providers.cncf.kubernetes.operators.pod.{OPERATOR}",
        f"from airflow.providers.cncf.kubernetes.operators.pod import {OPERATOR}",
    ),
    "Secret": (
        "airflow.providers.cncf.kubernetes.secret.Secret",
        "from airflow.providers.cncf.kubernetes.secret import Secret",
    ),
    "k8s": ("kubernetes.client.models", "from kubernetes.client import models as k8s"),
    CARD: (f"{MODULE}.{CARD}", f"from {MODULE} import {CARD}"),
    "timedelta": ("datetime.timedelta", "from datetime import timedelta"),
}
"""What is written in the place of airflowkit's: its full name, and its import."""


def uses(found: RawCalls) -> dict[cst.BaseExpression, str]:
    """Return each place that uses a public name of airflowkit, with that name; or with what else of it is used."""
    named: dict[cst.BaseExpression, str] = {}
    for node in found.expressions:
        names = [name for name in found.source.names(node) if name.startswith(f"{PACKAGE}.")]
        known = next((_PUBLIC[name] for name in names if name in _PUBLIC), None)
        if known:
            named[node] = known
        elif names and not any(name.startswith(f"{it}.") for name in names for it in _PUBLIC):
            named[node] = min(names)
    return named


def _imported(module: cst.Module) -> Iterator[str]:
    """Yield the full name of everything that a file imports."""
    for node in walked(module):
        if isinstance(node, cst.ImportFrom) and node.module and not node.relative:
            base = str(cst.helpers.get_full_name_for_node(node.module))
            names = ["*"] if isinstance(node.names, cst.ImportStar) else [it.evaluated_name for it in node.names]
            yield from (f"{base}.{name}" for name in names)
        elif isinstance(node, cst.Import):
            yield from (alias.evaluated_name for alias in node.names)


def imported_of_ours(module: cst.Module) -> list[str]:
    """Return what a file imports of airflowkit, by a statement or by a function such as `import_module`."""
    found = dict.fromkeys([*_imported(module), *_imported_by_functions(module)])
    return [name for name in found if name.partition(".")[0] == PACKAGE]


def _imported_by_functions(module: cst.Module) -> Iterator[str]:
    for node in walked(module):
        if isinstance(node, cst.Call) and node.args and called(node.func) in _IMPORTING:
            yield text_of(node.args[0].value) or ""


def taken(found: RawCalls, after: cst.Module) -> list[str]:
    """Return the plain names that a changed file needs, and that mean something else in it."""
    before = found.source
    needed = {name.value for name in used_names(after)} & _PLAIN.keys()
    others = (node for node in used_names(before.module) if node.value in needed)
    return sorted({node.value for node in others if not before.means(node, _spellings(node.value))})


def _spellings(name: str) -> frozenset[str]:
    """Return what a plain name may be imported from: the operator has moved, and models are in the package, too."""
    if name == OPERATOR:
        return POD_OPERATORS
    full = _PLAIN[name][0]
    return frozenset({full, full.removesuffix(".models")})


def with_plain_imports(before: cst.Module, after: cst.Module) -> cst.Module:
    """Return a changed file with the imports of the plain names that it uses, and without those of airflowkit."""
    at_top = (part for it in before.body if isinstance(it, cst.SimpleStatementLine) for part in it.body)
    there = {name for it in at_top if isinstance(it, (cst.Import, cst.ImportFrom)) for name in bound_names(it)}
    needed = {name.value for name in used_names(after)}
    lines = [line for name, (_full, line) in _PLAIN.items() if name in needed - there]
    return without_imports(before, after.visit(_Uncommented()), PACKAGE, lines)


class _Uncommented(cst.CSTTransformer):
    """Puts the comments of imports of airflowkit on lines of their own, where they stay when the import goes."""

    def leave_SimpleStatementLine(  # noqa: N802  libcst's name
        self, _original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine:
        part = updated_node.body[0]
        if not isinstance(part, cst.ImportFrom) or isinstance(part.names, cst.ImportStar):
            return updated_node
        if str(cst.helpers.get_full_name_for_node(part.module or "")).partition(".")[0] != PACKAGE:
            return updated_node
        inner = updated_node.with_changes(leading_lines=())
        comments = [node for node in walked(inner) if isinstance(node, cst.Comment)]
        if not comments:
            return updated_node
        names = [alias.with_changes(comma=cst.MaybeSentinel.DEFAULT) for alias in part.names]
        return updated_node.with_changes(
            body=[part.with_changes(names=names, lpar=None, rpar=None), *updated_node.body[1:]],
            leading_lines=[*updated_node.leading_lines, *(cst.EmptyLine(comment=it) for it in comments)],
            trailing_whitespace=cst.TrailingWhitespace(),
        )
