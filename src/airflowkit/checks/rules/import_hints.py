"""What to do about a failed import, by its exception."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit._airflow import airflow_version
from airflowkit.checks.model.facts import UNKNOWABLE
from airflowkit.checks.model.missing_files import missing_path
from airflowkit.checks.moves.context import in_function
from airflowkit.checks.moves.installed import home_of, is_installed
from airflowkit.checks.moves.names import provider_of
from airflowkit.checks.rules.needed_values import settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.checks.model.facts import Failure

_UNKNOWN: Final = "look for the name in its reference"
_NOT_IN: Final = re.compile(
    r"ImportError: cannot import name '(\w+)' from (?:partially initialized module )?'([\w.]+)'"
)
_DECORATOR: Final = re.compile(r"task decorator '(\w+)' not found")
_REQUIRED: Final = re.compile(r"missing a required argument: '(\w+)'")
_PROVIDER: Final = re.compile(r"\bapache-airflow-providers-[a-z]+(?:-[a-z]+)*")
_OF_NETWORK: Final = re.compile(r"(?:URL|Connection\w*|Connect|MaxRetry)Error\b|gaierror|(?:Connect|Read)Timeout")
_PLACE: Final = re.compile(r" \((.+):(\d+)\)$")


def hint_of(failure: Failure, path: str) -> str:
    """Return what to do about the failed import of a file."""
    if failure.needs:
        return settings_for(failure.needs)
    if failure.missing_module:
        return _hint_for_module(failure, failure.missing_module, path)
    if found := _NOT_IN.match(failure.text):
        return _hint_for_name(*found.groups())
    if found := _DECORATOR.search(failure.text):
        return _rebuilt(f"the package that provides @task.{found[1]}")
    if (found := _REQUIRED.search(failure.text)) and (hint := in_function(found[1])):
        return hint
    missing = [name for name in _PROVIDER.findall(failure.text) if not is_installed(name)]
    return _rebuilt(missing[0]) if missing else _hint_for_line(failure)


def _rebuilt(package: str) -> str:
    return f"add {package} to requirements.txt, and rebuild the image"


def _hint_for_module(failure: Failure, missing: str, path: str) -> str:
    if not missing.startswith("airflow."):
        return _rebuilt(f"the package that provides {missing}")
    whole = next(_modules_below(failure, missing, path), missing)  # Python names the first package that is not there
    package, distribution = provider_of(whole) if missing.startswith("airflow.providers.") else ("", "")
    if f"{package}.".startswith(f"{missing}."):
        return _rebuilt(distribution)
    names = _imported(failure, missing, path)
    homes = {name: home for name in names if (home := home_of(name, distribution))}
    if homes:
        return "; ".join(f"from {home} import {name}" for name, home in homes.items())
    owner = f"the installed {distribution}" if distribution else f"Airflow {_version()}"
    return f"{owner} has no such module: {_UNKNOWN}"


def _hint_for_name(name: str, module: str) -> str:
    top = module.partition(".")[0]
    if top != "airflow":
        return f"check which version of {top} production has: this one has no {name}"
    provider = provider_of(module)[1] if module.startswith("airflow.providers.") else ""
    if home := home_of(name, provider):
        return f"from {home} import {name}"
    return f"{f'the installed {provider}' if provider else f'Airflow {_version()}'} has no {name}: {_UNKNOWN}"


def _version() -> str:
    return ".".join(map(str, airflow_version()))


def _imported(failure: Failure, module: str, path: str) -> Iterator[str]:
    """Yield the names that the failing line imports from a module."""
    for node in _imports(failure, path):
        if isinstance(node, ast.ImportFrom) and node.module == module:
            yield from (alias.name for alias in node.names if alias.name != "*")


def _modules_below(failure: Failure, package: str, path: str) -> Iterator[str]:
    """Yield the modules of a package that the failing line imports."""
    for node in _imports(failure, path):
        named = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        yield from (name for name in named if name.startswith(f"{package}."))


def _imports(failure: Failure, path: str) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the imports of the failing line."""
    place = _PLACE.search(failure.elsewhere)
    file, line = (place[1], int(place[2])) if place else (path, failure.line or 0)
    try:
        nodes = list(ast.walk(ast.parse(Path(file).read_bytes())))
    except (OSError, SyntaxError, ValueError):
        return
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom) and node.lineno <= line <= (node.end_lineno or 0):
            yield node


def _hint_for_line(failure: Failure) -> str:
    if failure.line is None and failure.text.startswith(PermissionError.__name__):
        return "make it readable: chmod a+r"
    if failure.text == UNKNOWABLE:
        return "correct the lines named before, and check again"
    if _OF_NETWORK.match(failure.text):
        return "fetch the data inside a task: without the network, or with that host down, the DAGs disappear"
    if failure.text.startswith(FileNotFoundError.__name__) or missing_path(failure.text):
        return "add the file to the repository; if the deployment makes it, make it before the check, too"
    return "fix the line"
