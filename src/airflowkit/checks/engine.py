"""Checks DAG files: workers import them, rules judge them, settings decide what counts."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.cache import Cache
from airflowkit.checks.discovery import dag_files, dag_folder, hidden_dag_files, whole_folder
from airflowkit.checks.findings import Finding, Severity
from airflowkit.checks.messages import Job
from airflowkit.checks.options import options_of
from airflowkit.checks.parsetwice import compared
from airflowkit.checks.pool import Pool
from airflowkit.checks.rule import FileSubject, FolderSubject, Place, Scope
from airflowkit.checks.rules import NEED_TWO_PARSES, RULES
from airflowkit.checks.selection import is_selected, selected

if TYPE_CHECKING:
    from airflowkit.checks.facts import FileFacts
    from airflowkit.settings import Check

Progress = Callable[[int, int], None]
_AIRFLOW_IMPORT: Final = re.compile(rb"^(?:from|import)\s+(airflow(?:kit)?[.\w]*)", re.MULTILINE)
_PUBLIC: Final = {"airflowkit": ("airflowkit.pods.task", "airflowkit.presets")}


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found.

    Attributes:
        findings: Sorted by file and line.
        files: How many files were checked.
        dags: How many DAGs they hold.
    """

    findings: tuple[Finding, ...]
    files: int
    dags: int

    @property
    def passed(self) -> bool:
        """Whether nothing was found that fails the check."""
        return all(finding.severity is Severity.INFO for finding in self.findings)


def check(
    paths: Sequence[Path],
    *,
    options: Check | None = None,
    workers: int | None = None,
    use_cache: bool = True,
    once: bool = False,
    progress: Progress = lambda _done, _of: None,
) -> Report:
    """Check DAG folders and files.

    Args:
        paths: Folders and files.
        options: What `[check]` says; by default the settings of each folder are asked.
        workers: How many processes import files; by default one per processor.
        use_cache: Whether files that have not changed since the last check are taken as they were.
        once: Whether to leave out the rules that need a second parse.
        progress: Called with the number of files done and the number in all.

    Raises:
        NoSuchPath: A path does not exist.
        SettingsError: `airflowkit.toml` is wrong.
        WorkersUnavailable: Airflow cannot be imported.
    """
    reports = [
        _checked_folder(folder, files, _options(folder, options, once=once), workers, progress, use_cache=use_cache)
        for folder, files in _by_folder(paths).items()
        if files
    ]
    return Report(
        findings=tuple(finding for report in reports for finding in report.findings),
        files=sum(report.files for report in reports),
        dags=sum(report.dags for report in reports),
    )


def _options(folder: Path, options: Check | None, *, once: bool) -> Check:
    options = options or options_of(folder)
    left_out = dict.fromkeys(NEED_TWO_PARSES, "--once") if once else {}
    return options.model_copy(update={"ignore": {**left_out, **options.ignore}})


def _by_folder(paths: Iterable[Path]) -> dict[Path, list[Path]]:
    """Return the DAG files at the paths, each once, by the DAG folder that they belong to."""
    files: dict[Path, dict[Path, None]] = {}
    for path in paths:
        folder = whole_folder(dag_folder(path))
        found = dag_files(path, folder)
        files.setdefault(folder.absolute(), {}).update(dict.fromkeys(found))
    return {folder: list(found) for folder, found in files.items()}


def _checked_folder(
    folder: Path, files: list[Path], options: Check, workers: int | None, progress: Progress, *, use_cache: bool
) -> Report:
    hidden = hidden_dag_files(folder) if len(files) > 1 else []
    paths = [str(file) for file in (*files, *hidden)]
    cache = Cache.open(folder, options)
    known = {path: facts for path in paths if use_cache and (facts := cache.get(path))}
    twice = any(is_selected(code, options) for code in NEED_TWO_PARSES)
    new = [Job(path, str(folder), options, serialize=twice) for path in paths if path not in known]
    if new:
        size = min(len(new), workers or len(os.sched_getaffinity(0)))
        known |= {facts.path: facts for facts in _told(new, _preloaded(files), size, progress, twice=twice)}
        if use_cache:
            cache.put(known.values())
    return report(list(known.values()), folder, options, hidden)


def _told(
    jobs: Sequence[Job], modules: tuple[str, ...], size: int, progress: Progress, *, twice: bool
) -> Iterable[FileFacts]:
    """Return what workers tell of the files; with `twice`, other workers with another hash seed parse them again."""
    plugins = plugins_folder(Path(jobs[0].folder))
    with Pool(modules, size, plugins=plugins) as pool:
        first = list(_counted(pool.results(jobs), progress, len(jobs)))
    again = [job for job in jobs if job.path in {facts.path for facts in first if facts.serialized}]
    if not twice or not again:
        return first
    with Pool(modules, size, hash_seed=1, plugins=plugins) as pool:
        return list(compared(first, list(_counted(pool.results(again), progress, len(again)))))


def checked(
    pool: Pool,
    folder: Path,
    files: Sequence[Path],
    options: Check,
    *,
    hidden: Sequence[Path] = (),
    again: Pool | None = None,
) -> Report:
    """Check files of one DAG folder with workers that are there already.

    Args:
        pool: The workers.
        folder: The DAG folder.
        files: The DAG files.
        options: What `[check]` says.
        hidden: Files that safe mode skips, to be told of if they build DAGs.
        again: Workers with another hash seed, for the rules that need a second parse.
    """
    jobs = [Job(str(file), str(folder), options, serialize=again is not None) for file in (*files, *hidden)]
    told: Iterable[FileFacts] = list(pool.results(jobs))
    if again:
        told = compared(told, list(again.results(jobs)))
    return report(told, folder, options, hidden)


def report(told: Iterable[FileFacts], folder: Path, options: Check, hidden: Sequence[Path] = ()) -> Report:
    """Judge what the workers told of the files of one DAG folder."""
    facts = _visible(told, {str(file) for file in hidden})
    findings = [finding for file in facts for finding in file.findings]
    findings += _judged(Scope.FILE, (FileSubject(file, folder, options) for file in facts))
    findings += _judged(Scope.FOLDER, [FolderSubject(facts, folder, options)])
    return Report(
        findings=tuple(sorted(map(_relative, selected(findings, options, folder)), key=_position)),
        files=len(facts),
        dags=sum(len(file.dags) for file in facts),
    )


def _visible(facts: Iterable[FileFacts], hidden: Container[str]) -> tuple[FileFacts, ...]:
    """Return the facts of DAG files; of those that safe mode skips, the ones that build DAGs."""
    marked = (replace(file, safe_mode=file.path not in hidden) for file in sorted(facts, key=lambda it: it.path))
    return tuple(file for file in marked if file.safe_mode or file.dags)


def _counted(told: Iterable[FileFacts], progress: Progress, number: int) -> Iterator[FileFacts]:
    for done, facts in enumerate(told, start=1):
        progress(done, number)
        yield facts


def plugins_folder(folder: Path) -> Path | None:
    """Return the repository's folder of plugins, whose timetables and strategies the DAGs may use."""
    return next((path for path in (folder.parent / "plugins", folder / "plugins") if path.is_dir()), None)


def _preloaded(files: Iterable[Path]) -> tuple[str, ...]:
    """Return the Airflow modules that the files import, as the DAG processor imports them before it forks."""
    named = {name.decode() for file in files for name in _AIRFLOW_IMPORT.findall(_content(file))}
    return tuple(module for name in sorted(named) for module in _PUBLIC.get(name, (name,)))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _judged(scope: Scope, subjects: Iterable[Any]) -> list[Finding]:
    rules = [rule for rule in RULES if rule.scope is scope]
    return [finding for subject in subjects for rule in rules for finding in rule.findings(subject, _place(subject))]


def _place(subject: FileSubject | FolderSubject) -> Place:
    return Place(subject.facts.path if isinstance(subject, FileSubject) else str(subject.folder))


def _relative(finding: Finding) -> Finding:
    """Return the finding with its path as one would type it."""
    path = Path(finding.path)
    here = Path.cwd()
    return replace(finding, path=str(path.relative_to(here))) if path.is_relative_to(here) else finding


def _position(finding: Finding) -> tuple[str, int, str, str]:
    return (finding.path, finding.line or 0, finding.code, finding.message)
