"""Checks DAG files: workers import them, rules judge them, settings decide what counts."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.cache import Cache
from airflowkit.checks.comments import comments
from airflowkit.checks.deployment import check_options
from airflowkit.checks.discovery import hidden_dag_files, seen_and_skipped
from airflowkit.checks.messages import Job
from airflowkit.checks.parsetwice import compared
from airflowkit.checks.pool import Pool
from airflowkit.checks.report import Examined, Report, joined
from airflowkit.checks.rule import FileSubject, FolderSubject, Scope
from airflowkit.checks.rules import NEED_TWO_PARSES, RULES
from airflowkit.checks.selection import is_selected, narrowed, selected
from airflowkit.checks.unused import comment_subjects
from airflowkit.repository import dags_folder_of, places_beside, plain

if TYPE_CHECKING:
    from airflowkit.checks.facts import FileFacts
    from airflowkit.checks.findings import Finding
    from airflowkit.settings import Check

Progress = Callable[[int, int], None]
_AIRFLOW_IMPORT: Final = re.compile(rb"^(?:from|import)\s+(airflow(?:kit)?[.\w]*)", re.MULTILINE)
_PUBLIC: Final = {"airflowkit": ("airflowkit.pods.task", "airflowkit.presets")}


def check(
    paths: Sequence[Path],
    *,
    options: Check | None = None,
    workers: int | None = None,
    use_cache: bool = True,
    once: bool = False,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    progress: Progress = lambda _done, _of: None,
) -> Report:
    """Check DAG folders and files.

    Args:
        paths: Folders and files.
        options: What `[check]` says; by default the settings of each folder are asked.
        workers: How many processes import files; by default one per processor.
        use_cache: Whether files that have not changed since the last check are taken as they were.
        once: Whether to leave out the rules that need a second parse.
        select: The rules to ask, instead of those that the settings select.
        ignore: Rules not to ask, besides those that the settings ignore.
        progress: Called with the number of files done and the number in all.

    Raises:
        NoSuchPath: A path does not exist.
        SettingsError: `airflowkit.toml` is wrong.
        WorkersUnavailable: Airflow cannot be imported.
    """
    left_out = (*ignore, *NEED_TWO_PARSES) if once else ignore
    asked = [
        (part, narrowed(options or check_options(part.folder), select, left_out))
        for part in _by_folder(paths)
        if part.files
    ]
    return joined(_checked_folder(part, its, workers, progress, use_cache=use_cache) for part, its in asked)


@dataclass(slots=True)
class _Part:
    """What to check of one DAG folder.

    Attributes:
        folder: The DAG folder.
        asked: The paths.
        files: The DAG files at them, each once.
        hidden: Files that safe mode skips although they might build DAGs.
    """

    folder: Path
    asked: list[Path] = field(default_factory=list)
    files: dict[Path, None] = field(default_factory=dict)
    hidden: dict[Path, None] = field(default_factory=dict)


def _by_folder(paths: Iterable[Path]) -> Iterable[_Part]:
    """Return the DAG files at the paths by the DAG folder that they belong to."""
    parts: dict[Path, _Part] = {}
    for path in paths:
        folder = dags_folder_of(path)
        part = parts.setdefault(folder, _Part(folder))
        part.asked.append(plain(path))
        seen, skipped = seen_and_skipped(path, folder)
        part.files |= dict.fromkeys(seen)
        part.hidden |= dict.fromkeys(hidden_dag_files(skipped))
    return parts.values()


def _checked_folder(part: _Part, options: Check, workers: int | None, progress: Progress, *, use_cache: bool) -> Report:
    folder = part.folder
    paths = [str(file) for file in (*part.files, *part.hidden)]
    twice = any(is_selected(code, options) for code in NEED_TWO_PARSES)
    kept = Cache.open(folder, options, twice=twice)
    known = {path: facts for path in paths if use_cache and (facts := kept.get(path))}
    new = [Job(path, str(folder), options, serialize=twice) for path in paths if path not in known]
    if new:
        size = min(len(new), workers or len(os.sched_getaffinity(0)))
        known |= {facts.path: facts for facts in _told(new, _preloaded(part.files), size, progress, twice=twice)}
        if use_cache:
            kept.put(known.values())
    return report(list(known.values()), folder, options, tuple(part.hidden), part.asked)


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


def report(
    told: Iterable[FileFacts], folder: Path, options: Check, hidden: Sequence[Path] = (), asked: Sequence[Path] = ()
) -> Report:
    """Judge what the workers told of the files of one DAG folder.

    Args:
        told: What they told.
        folder: The DAG folder.
        options: What `[check]` says.
        hidden: The files that safe mode skips.
        asked: The paths in it that were to be checked; none means all of it.
    """
    facts = _visible(told, {str(file) for file in hidden})
    examined = _examined(facts, folder, options, asked)
    comments_of = cache(comments)  # each file once, and anew in the next check
    findings = [finding for file in facts for finding in file.findings]
    findings += _judged(Scope.FILE, (FileSubject(file, folder, options) for file in facts))
    together = _judged(Scope.FOLDER, [FolderSubject(facts, folder, options)])
    findings += (finding for finding in together if examined.shows(finding.path))
    paths = [file.path for file in facts]
    findings += _judged(Scope.COMMENT, comment_subjects(paths, findings, examined, comments_of))
    counting = selected(findings, options, folder, comments_of)
    return Report(
        findings=tuple(sorted(map(_relative, counting.findings), key=_position)),
        files=len(facts),
        dags=sum(len(file.dags) for file in facts),
        ignored=counting.ignored,
        examined=(examined,),
    )


def _examined(facts: Iterable[FileFacts], folder: Path, options: Check, asked: Sequence[Path]) -> Examined:
    failed = {file.path: file.failure is not None for file in facts}
    return Examined(
        folder=folder,
        asked=tuple(asked),
        files=frozenset(path for path, it in failed.items() if not it),
        failed=frozenset(path for path, it in failed.items() if it),
        codes=frozenset(rule.code for rule in RULES if is_selected(rule.code, options)),
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
    places = (*places_beside(folder), folder)
    return next((path for place in places if (path := place / "plugins").is_dir()), None)


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
    placed = ((subject, subject.place) for subject in subjects)
    return [finding for subject, place in placed for rule in rules for finding in rule.findings(subject, place)]


def _relative(finding: Finding) -> Finding:
    """Return the finding with its path as one would type it."""
    path = Path(finding.path)
    here = Path.cwd()
    return replace(finding, path=str(path.relative_to(here))) if path.is_relative_to(here) else finding


def _position(finding: Finding) -> tuple[str, int, str, str]:
    return (finding.path, finding.line or 0, finding.code, finding.message)
