"""Fixes in the files around the DAGs."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit.checks.fixes.fix import Fix
from airflowkit.checks.fixes.lines import lines_of, with_line, without_line
from airflowkit.discovery.airflowignore import IGNORE_FILE, syntax
from airflowkit.repository import dags_folder_of

if TYPE_CHECKING:
    from airflowkit.checks.model.findings import Finding

_OTHER_PROJECT: Final = re.compile(r"\s*airflowkit(?=\s*(?:#.*)?$)")
_NO_BYTECODE: Final = re.compile(r"\s*ENV\s+PYTHONDONTWRITEBYTECODE[= ]\s*[\"']?\w*[\"']?\s*")
_NAME: Final = re.compile(r"[\w./-]+")
_HARMLESS: Final = frozenset(
    {"pytest", "Path", "PurePath", "re", "logging", "timedelta", "frozenset", "set", "tuple", "dict", "list", "os"}
    | {"functools", "cache", "lru_cache", "contextmanager", "contextlib", "dataclass", "dataclasses", "TypeVar"}
)
"""What a file may call at its top level without building a DAG."""


def ignored_file(finding: Finding, text: str) -> str | None:
    """List a file in `.airflowignore` whose top level cannot build a DAG.

    Airflow then does not parse it; other files can still import it. A file that calls what might build a DAG in another
    environment is left alone.
    """
    path = Path(finding.path).absolute()
    name = path.relative_to(_ignore_file(path).parent).as_posix()
    if not _NAME.fullmatch(name) or not _builds_nothing(path):
        return None
    line = f"^{re.escape(name)}$" if syntax() == "regexp" else f"/{name}"
    return None if f"{line}\n" in lines_of(text) else with_line(text, line)


def right_distribution(finding: Finding, text: str) -> str | None:
    """Write `airflowkit-k8s` for an `airflowkit` without a version.

    With a version or extras, somebody has chosen the other project, and has to decide.
    """
    lines = lines_of(text)
    line = lines[finding.line - 1] if finding.line else ""
    match = _OTHER_PROJECT.match(line.rstrip("\n"))
    if not match or not finding.line:
        return None
    lines[finding.line - 1] = f"{match[0]}-k8s{line[match.end() :]}"
    return "".join(lines)


def with_bytecode(finding: Finding, text: str) -> str | None:
    """Delete the Dockerfile's line that turns bytecode off, if it sets nothing else.

    Python then keeps its compiled files, and runs the same code.
    """
    number = finding.line or 0
    lines = ["", *lines_of(text)]
    alone = text.count("PYTHONDONTWRITEBYTECODE") == 1 and not lines[number - 1].rstrip().endswith("\\")
    return without_line(text, number) if alone and _NO_BYTECODE.fullmatch(lines[number]) else None


def kept_out_of_git(finding: Finding, text: str) -> str | None:
    """List the file with the secrets in `.gitignore`.

    The file itself stays; no DAG depends on what git ignores.
    """
    name = Path(finding.path).name
    return None if f"{name}\n" in lines_of(text) else with_line(text, name)


def _ignore_file(path: Path) -> Path:
    return dags_folder_of(path) / IGNORE_FILE


def _git_ignore(path: Path) -> Path:
    return path.parent / ".gitignore"


FIXES: Final = (
    Fix("AK601", ignored_file, target=_ignore_file),
    Fix("AK602", ignored_file, target=_ignore_file),
    Fix("AK603", right_distribution),
    Fix("AK604", with_bytecode),
    Fix("AK606", kept_out_of_git, target=_git_ignore),
)


def _builds_nothing(path: Path) -> bool:
    """Return whether nothing at the top level of a file could build a DAG, wherever it runs."""
    try:
        body = ast.parse(path.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return False
    return all(_is_harmless(statement) for statement in body)


def _is_harmless(statement: ast.stmt) -> bool:
    match statement:
        case ast.ImportFrom(names=names):
            return all(alias.name != "*" for alias in names)
        case ast.FunctionDef(decorator_list=called) | ast.AsyncFunctionDef(decorator_list=called):
            return all(map(_is_harmless_call, called))
        case ast.ClassDef(decorator_list=called, body=body):
            return all(map(_is_harmless_call, called)) and all(map(_is_harmless, body))
        case ast.Assign() | ast.AnnAssign() | ast.Expr():
            return all(_is_harmless_call(node) for node in ast.walk(statement) if isinstance(node, ast.Call))
    return isinstance(statement, (ast.Import, ast.Pass)) or _is_for_types(statement)


def _is_for_types(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.If) and isinstance(statement.test, ast.Name) and statement.test.id == "TYPE_CHECKING"
    )


def _is_harmless_call(called: ast.expr) -> bool:
    root = called
    while isinstance(root, (ast.Call, ast.Attribute)):
        root = root.func if isinstance(root, ast.Call) else root.value
    return isinstance(root, ast.Constant) or (isinstance(root, ast.Name) and root.id in _HARMLESS)
