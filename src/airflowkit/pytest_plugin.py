"""The pytest plugin: `pytest --airflowkit` checks the DAG folder, one test per file and rule.

pytest loads this module in every run of everybody who has airflowkit installed, so it imports nothing but pytest
until the option is given or a fixture is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from airflowkit.testing import airflowkit_airflow, dag_bag, dags_folder, fake_cluster, render_pods, run_dag, teams_inbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.checks.findings import Finding
    from airflowkit.checks.rule import Rule

__all__ = ["airflowkit_airflow", "dag_bag", "fake_cluster", "render_pods", "run_dag", "teams_inbox"]

_Findings = dict[tuple[str, str], list["Finding"]]
_FOUND = pytest.StashKey[_Findings]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("airflowkit")
    group.addoption("--airflowkit", action="store_true", help="check the DAG folder: one test per file and rule")
    group.addoption("--airflowkit-dags", metavar="FOLDER", help="the DAG folder; by default the repository's")


def pytest_configure(config: pytest.Config) -> None:
    """Describe the marker that all these tests carry."""
    config.addinivalue_line("markers", "airflowkit: a rule of `airflowkit check` on a DAG file")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the tests, wherever the DAG folder lies; `-k`, `-m`, `--lf` and xdist then treat them as any others."""
    if config.getoption("--airflowkit"):
        items.extend(_items(session, _dag_folder(config)))


class CheckFailed(Exception):  # noqa: N818  as pytest's own outcomes
    """A rule found something."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(findings)
        self.findings = findings


class CheckedFile(pytest.File):
    """A DAG file, or the DAG folder for what belongs to no DAG file."""

    def collect(self) -> list[pytest.Item]:
        """Return nothing: the items are made by rule."""
        return []


class CheckItem(pytest.Item):
    """One rule on one file.

    Args:
        rule: The rule.
        folder: The DAG folder.
        **kwargs: pytest's own.
    """

    def __init__(self, *, rule: Rule[Any], folder: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._rule = rule
        self._folder = folder
        self.add_marker("airflowkit")

    def runtest(self) -> None:
        """Look up what was found; the first test of a run checks the whole folder."""
        findings = _findings(self.config, self._folder).get((str(self.path), self._rule.code))
        if findings:
            raise CheckFailed(findings)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show findings as the command does, without a traceback into the plugin."""
        if isinstance(excinfo.value, CheckFailed):
            return "\n".join(_described(finding) for finding in excinfo.value.findings)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return what pytest shows of the test."""
        return self.path, None, f"{self.path.name}::{self.name}"


def _items(session: pytest.Session, folder: Path) -> Iterator[pytest.Item]:
    from airflowkit.checks.discovery import dag_files
    from airflowkit.checks.options import options_of
    from airflowkit.checks.rule import Scope
    from airflowkit.checks.rules import RULES
    from airflowkit.checks.selection import is_selected

    options = options_of(folder)
    rules = [rule for rule in RULES if is_selected(rule.code, options)]
    for path in (folder, *dag_files(folder)):
        parent = CheckedFile.from_parent(session, path=path)
        for rule in rules:
            if path != folder or rule.scope is Scope.FOLDER:
                name = f"{rule.code} {rule.name}"
                yield CheckItem.from_parent(parent, name=name, rule=rule, folder=folder)


def _findings(config: pytest.Config, folder: Path) -> _Findings:
    """Return what was found, by file and code; what is found elsewhere than in a DAG file counts for the folder."""
    if _FOUND not in config.stash:
        config.stash[_FOUND] = _checked(folder)
    return config.stash[_FOUND]


def _checked(folder: Path) -> _Findings:
    from airflowkit.checks.baseline import FILE, without
    from airflowkit.checks.discovery import dag_files
    from airflowkit.checks.engine import check
    from airflowkit.checks.findings import Severity

    files = {str(path) for path in dag_files(folder)}
    found: _Findings = {}
    for finding in without(check([folder]).findings, Path(FILE)):
        path = str(Path(finding.path).absolute())
        if finding.severity is not Severity.INFO:
            found.setdefault((path if path in files else str(folder), finding.code), []).append(finding)
    return found


def _dag_folder(config: pytest.Config) -> Path:
    """Return the DAG folder; a missing one is wrong use, for nothing to check must not look like success."""
    from airflowkit.errors import AirflowKitError

    try:
        return dags_folder(config)
    except AirflowKitError as error:
        raise pytest.UsageError(str(error)) from None


def _described(finding: Finding) -> str:
    where = ".".join(name for name in (finding.dag_id, finding.task_id) if name)
    message = f"{where}: {finding.message}" if where else finding.message
    mend = f"\n  > {finding.mend}" if finding.mend else ""
    return f"{finding.path}:{finding.line or 1}: {finding.code} {message}{mend}"
