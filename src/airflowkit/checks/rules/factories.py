"""AK117: a file that calls a DAG factory and gets no DAG from it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.rule import FileSubject, file_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

_FACTORIES: Final = frozenset({"dagfactory", "gusty", "airflow_declarative", "airflow_dag_factory"})
"""Packages that build DAGs from files beside the DAG file."""


@file_rule("AK117", "factory-without-dags", Severity.WARNING)
def factory_without_dags(file: FileSubject) -> Iterator[Fault]:
    """Checks that a file that calls a DAG factory gets at least one DAG from it.

    ## Why it matters
    A factory that finds none of its files raises nothing: Airflow shows no error, and the DAGs are missing.

    ## How to fix it
    Look where the factory looks: many read `[core] dags_folder`, which is the DAG folder here as in production, and
    others the folder of the file or the current folder. If the file is not meant to build DAGs, list it in
    `.airflowignore`.
    """
    facts = file.facts
    if facts.failure or facts.dags or facts.unregistered_dags or not facts.safe_mode:
        return
    if called := factory_call(Path(facts.path)):
        name, line = called
        yield Fault(
            f"builds no DAG, although it {name}",
            hint=f"look where the factory looks for its files; [core] dags_folder is {file.folder}",
            line=line,
        )


RULES: Final = (factory_without_dags,)


def factory_call(path: Path) -> tuple[str, int] | None:
    """Return how a file asks for DAGs that it does not build itself, and where."""
    try:
        body = ast.parse(path.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return None
    for statement in body:
        for name in _imported(statement):
            if name in _FACTORIES:
                return f"imports {name}", statement.lineno
    for statement in body:
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for node in ast.walk(statement):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "globals":
                    return "writes to its globals()", node.lineno
    return None


def _imported(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in statement.names)
    elif isinstance(statement, ast.ImportFrom) and not statement.level:
        yield (statement.module or "").partition(".")[0]
