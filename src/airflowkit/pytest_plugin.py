"""The pytest plugin: `pytest --airflowkit` checks the DAG folder, one test per file and rule.

pytest loads this module in every run wherever airflowkit is installed, so it imports nothing but pytest until the
option is given or a fixture is used.
"""

from __future__ import annotations

from contextlib import chdir, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from airflowkit.testing import (
    COLD,
    PASSED,
    airflowkit_worker,
    dag_bag,
    dags_folder,
    fake_cluster,
    render_pods,
    run_dag,
    teams_inbox,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from airflowkit.checks.model.findings import Finding
    from airflowkit.checks.model.rule import Rule

__all__ = ["airflowkit_worker", "dag_bag", "fake_cluster", "render_pods", "run_dag", "teams_inbox"]

_Verdicts = dict[str, dict[str, str]]
"""Findings as text, by file and code."""
_VERDICTS = pytest.StashKey[_Verdicts]()
_COUNTED = pytest.StashKey[str]()
_TO_WORKER = "airflowkit_verdicts"
_NOT_CHECKED = "not checked: the file cannot be imported"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and settings."""
    group = parser.getgroup("airflowkit")
    group.addoption("--airflowkit", action="store_true", help="check the DAG folder, with one test per file and rule")
    group.addoption("--airflowkit-dags", metavar="FOLDER", help="the DAG folder; by default the repository's")
    parser.addini("airflowkit", "check the DAG folder in every run, like --airflowkit", type="bool", default=False)
    parser.addini("airflowkit_dags", "the DAG folder, relative to this file; by default the repository's", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker of all these tests."""
    config.addinivalue_line("markers", "airflowkit: a rule of `airflowkit check` on a DAG file")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Pass the findings to xdist's workers: the controller checks once, before the first worker starts."""
    if _is_on(node.config):
        node.workerinput[_TO_WORKER] = _verdicts(node.config)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the tests, wherever the DAG folder is; `-k`, `-m`, `--lf` and xdist treat them like any others."""
    if _is_on(config):
        with _as_usage_error():
            added = _items(session, dags_folder(config))
        # pytest has counted by now, and would take what is deselected from a number without these
        config.hook.pytest_collectreport(report=pytest.CollectReport("airflowkit", "passed", None, [*added]))
        items.extend(added)


def pytest_report_collectionfinish(config: pytest.Config) -> str:
    """Report how many of the tests were added."""
    return config.stash.get(_COUNTED, "")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Record whether a test has passed, for the teardown of fixtures."""
    report = yield
    if call.when == "call":
        item.stash[PASSED] = report.passed
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Explain why runs were slow."""
    if config.stash.get(COLD, False):
        terminalreporter.write_line("airflowkit: each run started its own Airflow, because only Linux can fork one")


class CheckFailed(Exception):  # noqa: N818  as pytest's own outcomes
    """A rule has findings."""


class CheckedFile(pytest.File):
    """A DAG file, or the DAG folder for findings outside of DAG files."""

    def collect(self) -> list[pytest.Item]:
        """Return nothing: the items are created by rule."""
        return []


class CheckItem(pytest.Item):
    """One rule on one file.

    Args:
        rule: The rule.
        **kwargs: pytest's own.
    """

    def __init__(self, *, rule: Rule[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._code = rule.code
        self.add_marker("airflowkit")

    def runtest(self) -> None:
        """Look up the findings; the first test of a run checks the whole folder."""
        verdict = _verdicts(self.config).get(str(self.path), {}).get(self._code)
        if verdict == _NOT_CHECKED:
            pytest.skip(verdict)
        if verdict:
            raise CheckFailed(verdict)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show findings like the command does, without a traceback into the plugin."""
        from airflowkit.errors import AirflowKitError

        if isinstance(excinfo.value, (CheckFailed, AirflowKitError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return the location and name that pytest shows."""
        return self.path, None, self.name


def _is_on(config: pytest.Config) -> bool:
    return bool(config.getoption("airflowkit") or config.getini("airflowkit"))


@contextmanager
def _as_usage_error() -> Iterator[None]:
    """Turn our errors into usage errors of pytest: a missing DAG folder must not look like success."""
    from airflowkit.errors import AirflowKitError

    try:
        yield
    except AirflowKitError as error:
        raise pytest.UsageError(str(error)) from None


def _items(session: pytest.Session, folder: Path) -> list[pytest.Item]:
    """Return the tests of a DAG folder; none if it has no DAG file, so that pytest reports that nothing ran."""
    from airflowkit.checks.deployment import check_options
    from airflowkit.checks.model.rule import Scope
    from airflowkit.checks.rules import RULES
    from airflowkit.checks.suppression.selection import is_selected
    from airflowkit.discovery.dag_files import dag_files

    options, files = check_options(folder), dag_files(folder)
    rules = [rule for rule in RULES if is_selected(rule.code, options)]
    of_folder = [rule for rule in rules if rule.scope is Scope.FOLDER]
    items: list[pytest.Item] = []
    for path, applicable in [(folder, of_folder), *((file, rules) for file in files)] if files else ():
        parent = CheckedFile.from_parent(session, path=path)
        items += [CheckItem.from_parent(parent, name=f"{rule.code} {rule.name}", rule=rule) for rule in applicable]
    session.config.stash[_COUNTED] = f"airflowkit: {len(items)} checks, {len(files)} DAG files in {folder}"
    return items


def _verdicts(config: pytest.Config) -> _Verdicts:
    """Return the findings of xdist's controller, or of this process, which checks once."""
    if _VERDICTS not in config.stash:
        passed_on = getattr(config, "workerinput", {}).get(_TO_WORKER)
        with _as_usage_error(), chdir(config.rootpath):  # so that paths are the same wherever pytest is called
            config.stash[_VERDICTS] = _checked(dags_folder(config)) if passed_on is None else passed_on
    return config.stash[_VERDICTS]


def _checked(folder: Path) -> _Verdicts:
    """Return the findings in a folder; those outside of DAG files belong to the folder."""
    from airflowkit.checks.engine import check
    from airflowkit.checks.model.findings import Severity
    from airflowkit.checks.suppression.baseline import Baseline
    from airflowkit.discovery.dag_files import dag_files

    report = Baseline.of(folder).without_known(check([folder]))
    files = {str(path) for path in dag_files(folder)}
    verdicts: _Verdicts = {}
    for examined in report.examined:
        for path in examined.failed:
            verdicts[path] = dict.fromkeys(examined.codes, _NOT_CHECKED)
    found: dict[tuple[str, str], list[str]] = {}
    for finding in report.findings:
        path = str(Path(finding.path).absolute())
        if finding.severity is not Severity.INFO:
            found.setdefault((path if path in files else str(folder), finding.code), []).append(_described(finding))
    for (path, code), texts in found.items():
        verdicts.setdefault(path, {})[code] = "\n".join(texts)
    return verdicts


def _described(finding: Finding) -> str:
    where = ".".join(name for name in (finding.dag_id, finding.task_id) if name)
    message = f"{where}: {finding.message}" if where else finding.message
    hint = f"\n  > {finding.hint}" if finding.hint else ""
    return f"{finding.path}:{finding.line or 1}: {finding.code} {message}{hint}"
