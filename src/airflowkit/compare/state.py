"""What Airflow and Kubernetes would see of the DAG files of a repository."""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from airflowkit.checks.conclusion import report_on
from airflowkit.checks.deployment import check_options
from airflowkit.checks.parsing import pool_size, preloaded
from airflowkit.checks.rules import NEED_TWO_PARSES
from airflowkit.checks.suppression.selection import narrowed
from airflowkit.checks.workers.contents import failure_of
from airflowkit.checks.workers.messages import Job
from airflowkit.checks.workers.pool import Pool
from airflowkit.checks.workers.retrial import results
from airflowkit.compare.fields import Dag, dag_of
from airflowkit.contract.document import Contract
from airflowkit.contract.kept import kept_contract, kept_path
from airflowkit.discovery.dag_files import dag_files
from airflowkit.repository import dags_folder, dags_folder_of, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from airflowkit.checks.model.facts import FileFacts
    from airflowkit.checks.model.findings import Finding
    from airflowkit.contract.needs import TaskNeeds
    from airflowkit.setting_sections import Check

_MODULE_OF_A_FILE: Final = re.compile(r"unusual_prefix_[0-9a-f]{40}_")
"""How Airflow names the module of a DAG file: by a digest of where it is."""
_AIRFLOW_HOME: Final = "AIRFLOW_HOME"
_PYTHON_PATH: Final = "PYTHONPATH"
_OF_AIRFLOW: Final = ("AIRFLOW_", _PYTHON_PATH)
AS_THEY_ARE: Final[Mapping[str, bytes]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class State:
    """The DAGs of a repository as they are parsed, without the place where the repository is.

    Attributes:
        dags: The DAGs, by their ids.
        failures: Why a file cannot be imported, by its path.
        unknown: Why the DAGs of a file are not known, by its path. They are if it only uses what Airflow no longer has.
        needs: What the tasks of each file need of the cluster.
        borrowed: Modules of the user's own work tree that a file of a copy has imported, by its path.
        kept: The contract that is kept in the repository; None if there is none.
        seconds: The CPU time of each file's import.
        findings: What the rules find, if that was asked for.
    """

    dags: Mapping[str, Dag] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, tuple[TaskNeeds, ...]] = field(default_factory=dict)
    borrowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kept: Contract | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def contract(self) -> Contract:
        """What all tasks need of the cluster."""
        return Contract.of(task for tasks in self.needs.values() for task in tasks)

    def of_files(self, paths: Collection[str]) -> State:
        """Return the part of it that some files make."""
        return State(
            dags={dag_id: dag for dag_id, dag in self.dags.items() if dag.path in paths},
            failures={path: why for path, why in self.failures.items() if path in paths},
            unknown={path: why for path, why in self.unknown.items() if path in paths},
            needs={path: needs for path, needs in self.needs.items() if path in paths},
            kept=self.kept,
            seconds={path: seconds for path, seconds in self.seconds.items() if path in paths},
        )


@dataclass(frozen=True, slots=True)
class Parser:
    """How a repository is parsed.

    Attributes:
        judged: Whether the rules judge its DAGs.
        at: The present, for the next runs: the same for all states that are compared.
        home: The user's own repository, if this is a copy: variables that name a folder of that one mean this one's.
        skipped: Returns which files to leave out.
    """

    judged: bool = False
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    home: Path | None = None
    skipped: Callable[[list[Path]], Collection[Path]] = lambda _files: ()

    def state_of(self, repository: Path) -> State:
        """Parse the DAG files of a repository.

        Raises:
            SettingsError: `airflowkit.toml` is wrong.
            ContractError: The contract that is kept in it is not one.
            WorkersUnavailable: Airflow cannot be imported.
        """
        with self.opened(repository) as opened:
            return opened.state()

    @contextmanager
    def opened(self, repository: Path) -> Iterator[Opened]:
        """Yield a repository whose workers begin to import Airflow.

        Args:
            repository: Its folder.

        Raises:
            SettingsError: `airflowkit.toml` is wrong.
            ContractError: The contract that is kept in it is not one.
        """
        root = plain(repository)
        with ExitStack() as stack:
            with _moved_environment(self.home, root):
                folder = dags_folder_of(root)
                options = narrowed(check_options(folder), (), NEED_TWO_PARSES)
                kept = kept_contract(kept_path(folder, options.contract))
                files = dag_files(folder)
                skipped = set(self.skipped(files))
                files = [file for file in files if file not in skipped]
                size = min(len(files), pool_size(None))
                pool = stack.enter_context(Pool(preloaded(files, twice=True), size, folder)) if files else None
                has_folder = dags_folder(root) is not None
            yield Opened(self, root, folder, options, tuple(files), pool, kept, has_folder)


@dataclass(frozen=True, slots=True)
class Opened:
    """A repository that is about to be parsed.

    Attributes:
        parser: How.
        root: Its folder.
        folder: Its DAG folder.
        options: Its `[check]` settings.
        files: Its DAG files.
        pool: The workers; None if there is no file.
        kept: The contract that is kept in it.
        has_folder: Whether it has a DAG folder; else it is taken for one itself.
    """

    parser: Parser
    root: Path
    folder: Path
    options: Check
    files: tuple[Path, ...]
    pool: Pool | None
    kept: Contract | None
    has_folder: bool

    def state(self, only: Collection[str] | None = None, contents: Mapping[str, bytes] = AS_THEY_ARE) -> State:
        """Parse the DAG files, each time anew.

        Args:
            only: Which files, by their paths in the repository; by default all.
            contents: What to take for the content of some of them, which nobody has written yet.

        Raises:
            WorkersUnavailable: Airflow cannot be imported.
        """
        files = [file for file in self.files if only is None or os.path.relpath(file, self.root) in only]
        facts = sorted(self._parsed(files, contents), key=lambda file: file.path)
        findings = report_on(facts, self.folder, self.options, ()).findings if self.parser.judged else ()
        state = _state(facts, self.root)
        return replace(state, findings=_placed(findings, self.root), kept=self.kept, borrowed=self._borrowed(facts))

    def _parsed(self, files: Iterable[Path], contents: Mapping[str, bytes]) -> list[FileFacts]:
        if self.pool is None:
            return []
        jobs = [
            Job(
                str(file),
                str(self.folder),
                self.options,
                serialize=True,
                contract=True,
                outlined=self.parser.at,
                judged=self.parser.judged,
                content=contents.get(os.path.relpath(file, self.root)),
            )
            for file in files
        ]
        facts = list(results(self.pool, jobs))
        self.pool.end_workers()  # they know the modules of the repository
        return facts

    def _borrowed(self, facts: Iterable[FileFacts]) -> dict[str, tuple[str, ...]]:
        """Return what the files of a copy have imported from the user's work tree, because it is installed here."""
        inside = f"{self.parser.home}{os.sep}"
        found = {
            placeless(file.path, self.root): tuple(
                source.removeprefix(inside) for source in file.sources if self.parser.home and source.startswith(inside)
            )
            for file in facts
        }
        return {path: sources for path, sources in found.items() if sources}


def _state(facts: list[FileFacts], root: Path) -> State:
    dags: dict[str, Dag] = {}
    failures: dict[str, str] = {}
    unknown: dict[str, str] = {}
    for file in facts:
        path = placeless(file.path, root)
        if file.failure:
            failures[path] = placeless(file.failure.text, root)
        if why := _why_unknown(file):
            unknown[path] = placeless(why, root)
        outlines = dict(file.outlines)
        for dag_id, text in file.serialized:
            if dag_id in outlines:
                dags[dag_id] = dag_of(path, placeless(text, root), placeless(outlines[dag_id], root))
    unknown |= {path: why for path, why in _twice(facts, root) if path not in unknown}
    return State(
        dags={dag_id: dag for dag_id, dag in dags.items() if dag.path not in unknown},
        failures=failures,
        unknown=unknown,
        needs={placeless(file.path, root): file.needs for file in facts if file.needs},
        seconds={placeless(file.path, root): file.cpu_seconds for file in facts},
    )


def _twice(facts: Iterable[FileFacts], root: Path) -> Iterator[tuple[str, str]]:
    """Yield the files that have a DAG which another one has, too: which of the two counts is chance."""
    paths: dict[str, list[str]] = defaultdict(list)
    for file in facts:
        for dag_id, _text in file.serialized:
            paths[dag_id].append(placeless(file.path, root))
    for dag_id, its in paths.items():
        if len(set(its)) > 1:
            yield from ((path, f"the DAG {dag_id} is in {' and in '.join(sorted(set(its)))}") for path in its)


def _placed(findings: Iterable[Finding], root: Path) -> tuple[Finding, ...]:
    return tuple(
        replace(found, path=placeless(found.path, root), message=placeless(found.message, root)) for found in findings
    )


def _why_unknown(file: FileFacts) -> str:
    """Return why the DAGs of a file cannot be compared, or an empty string."""
    if failure := failure_of(file):
        return failure.text
    if changed := (*file.modules, *file.patches):
        return f"it replaces {changed[0].name} for the whole process"
    if file.unserializable:
        return f"Airflow cannot serialize the DAG {file.unserializable[0].dag_id}: {file.unserializable[0].text}"
    return next((finding.message for finding in file.findings if finding.failed), "")


@contextmanager
def _moved_environment(home: Path | None, root: Path) -> Iterator[None]:
    """Have Airflow's variables that name a folder of the user's repository name that of its copy."""
    if home is None:
        yield
        return
    before = {name: value for name, value in os.environ.items() if name.startswith(_OF_AIRFLOW)}
    given = {_PYTHON_PATH: os.pathsep.join(filter(None, [*_installed_from(home), os.environ.get(_PYTHON_PATH)]))}
    moved = {name: _moved(name, value, home, root) for name, value in (before | given).items()}
    try:
        os.environ.update({name: value for name, value in moved.items() if value})
        yield
    finally:
        for name in moved.keys() - before.keys():
            os.environ.pop(name, None)
        os.environ.update(before)


def _moved(name: str, value: str, home: Path, root: Path) -> str:
    """Return folders of the user's repository as those of its copy, where that has them: git may ignore them."""
    needed = "airflow.cfg" if name == _AIRFLOW_HOME else ""
    entries = []
    for entry in value.split(os.pathsep):
        inside = entry == str(home) or entry.startswith(f"{home}{os.sep}")
        moved = Path(f"{root}{entry.removeprefix(str(home))}")
        entries.append(str(moved) if inside and (moved / needed).exists() else entry)
    return os.pathsep.join(entries)


def _installed_from(home: Path) -> list[str]:
    """Return the folders of the user's repository that this environment imports from: it is installed editable."""
    environments = (sys.prefix, sys.base_prefix)
    return [path for path in sys.path if path.startswith(f"{home}{os.sep}") and not path.startswith(environments)]


def placeless(text: str, root: Path) -> str:
    """Return a text without the place where a repository is."""
    text = text.replace(f"{root}{os.sep}", "").replace(str(root), ".")
    return _MODULE_OF_A_FILE.sub("", text)
