"""Checks DAG files: takes their facts from the cache, or has workers import them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit.checks.cache import Cache
from airflowkit.checks.comparison import compared
from airflowkit.checks.conclusion import report_on
from airflowkit.checks.deployment import check_options
from airflowkit.checks.report import Report, joined
from airflowkit.checks.rules import NEED_TWO_PARSES
from airflowkit.checks.suppression.selection import is_selected, narrowed
from airflowkit.checks.workers.messages import Job
from airflowkit.checks.workers.retrial import results
from airflowkit.discovery.dag_files import hidden_dag_files, seen_and_skipped
from airflowkit.discovery.importers import importers
from airflowkit.repository import dags_folder_of, plain

if TYPE_CHECKING:
    from airflowkit.checks.model.facts import FileFacts
    from airflowkit.checks.workers.pool import Pool
    from airflowkit.settings import Check

Progress = Callable[[int, int], None]
_AIRFLOW_IMPORT: Final = re.compile(rb"^(?:from|import)\s+(airflow(?:kit)?[.\w]*)", re.MULTILINE)
_OPERATOR_IN_YAML: Final = re.compile(rb"\buses:\s*(airflow(?:kit)?[.\w]*)\.\w")
_PUBLIC: Final = {"airflowkit": ("airflowkit.pods.task", "airflowkit.presets")}
_SERIALIZATION: Final = (
    "airflow.serialization.serialized_objects",
    "airflow.providers.standard.operators.trigger_dagrun",
    "airflow.providers.standard.sensors.external_task",
)
"""What Airflow imports to serialize its first DAG: the operators, to see which tasks wait for other DAGs."""


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
        options: The `[check]` settings; by default each folder's own.
        workers: How many processes import files; by default one per processor.
        use_cache: Whether to reuse the facts of files that have not changed since the last check.
        once: Whether to leave out the rules that need a second parse.
        select: The rules to check, instead of those that the settings select.
        ignore: Rules not to check, in addition to those that the settings ignore.
        progress: Called with the number of imports done and the total: one for each file, or two.

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
        asked: The paths to check.
        files: The DAG files at them, each once.
        hidden: Files that safe mode skips although they might build DAGs.
    """

    folder: Path
    asked: list[Path] = field(default_factory=list)
    files: dict[Path, None] = field(default_factory=dict)
    hidden: dict[Path, None] = field(default_factory=dict)


def _by_folder(paths: Iterable[Path]) -> Iterable[_Part]:
    """Return the DAG files at the paths, grouped by DAG folder."""
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
        known |= {facts.path: facts for facts in _results(new, size, progress, twice=twice)}
        if use_cache:
            kept.put(known.values())
    return report_on(list(known.values()), folder, options, tuple(part.hidden), part.asked)


def _results(jobs: Sequence[Job], size: int, progress: Progress, *, twice: bool) -> Iterable[FileFacts]:
    """Return the facts of the files; with `twice`, workers with another hash seed parse them again."""
    from airflowkit.checks.workers.pool import Pool  # noqa: PLC0415  the cache often knows every file

    folder = Path(jobs[0].folder)
    modules = (*_preloaded(Path(job.path) for job in jobs), *(_SERIALIZATION if twice else ()))
    number = len(jobs) * (2 if twice else 1)
    # both import Airflow at the same time
    with Pool(modules, size, folder, again=True) if twice else nullcontext() as others:
        with Pool(modules, size, folder) as pool:
            first = list(_counted(results(pool, jobs), progress, number))
        if others is None:
            return first
        serialized = {facts.path for facts in first if facts.serialized}
        again = [replace(job, judged=False) for job in jobs if job.path in serialized]
        second = _counted(results(others, again), progress, number, begin=number - len(again))
        return list(compared(first, list(second)))


def checked(
    pool: Pool,
    folder: Path,
    files: Sequence[Path],
    options: Check,
    *,
    hidden: Sequence[Path] = (),
    again: Pool | None = None,
) -> Report:
    """Check files of one DAG folder with workers that are already running.

    Args:
        pool: The workers.
        folder: The DAG folder.
        files: The DAG files.
        options: The `[check]` settings.
        hidden: Files that safe mode skips, which are reported if they build DAGs.
        again: Workers with another hash seed, for the rules that need a second parse.
    """
    jobs = [Job(str(file), str(folder), options, serialize=again is not None) for file in (*files, *hidden)]
    facts: Iterable[FileFacts] = list(results(pool, jobs))
    if again:
        facts = compared(facts, list(results(again, [replace(job, judged=False) for job in jobs])))
    return report_on(facts, folder, options, hidden)


def _counted(results: Iterable[FileFacts], progress: Progress, number: int, begin: int = 0) -> Iterator[FileFacts]:
    for done, facts in enumerate(results, start=begin + 1):
        progress(done, number)
        yield facts


def _preloaded(files: Iterable[Path]) -> tuple[str, ...]:
    """Return the Airflow modules that the files import: the DAG processor imports them before it forks, too."""
    named = {name for file in files for name in _imported_by(file)}
    return tuple(module for name in sorted(named) for module in _PUBLIC.get(name, (name,)))


def _imported_by(file: Path) -> Iterable[str]:
    importer = importers().get(file.suffix.lower())
    found = (_OPERATOR_IN_YAML if importer else _AIRFLOW_IMPORT).findall(_content(file))
    return [name.decode() for name in found] + ([importer.rpartition(".")[0]] if importer else [])


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
