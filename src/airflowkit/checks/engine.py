"""Checks DAG files: takes their facts from the cache, or has workers import them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from airflowkit.checks.cache import Cache
from airflowkit.checks.comparison import compared
from airflowkit.checks.conclusion import report_on
from airflowkit.checks.deployment import check_options
from airflowkit.checks.parsing import new_pools, parsed
from airflowkit.checks.report import Report, joined
from airflowkit.checks.rules import NEED_TWO_PARSES
from airflowkit.checks.suppression.selection import is_selected, narrowed
from airflowkit.checks.workers.messages import Job
from airflowkit.checks.workers.retrial import results
from airflowkit.discovery.dag_files import hidden_dag_files, seen_and_skipped
from airflowkit.repository import dags_folder_of, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from airflowkit.checks.model.facts import FileFacts
    from airflowkit.checks.parsing import Pools, Progress
    from airflowkit.checks.workers.pool import Pool
    from airflowkit.setting_sections import Check


def check(
    paths: Sequence[Path],
    *,
    options: Check | None = None,
    use_cache: bool = True,
    once: bool = False,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    progress: Progress = lambda _done, _of: None,
    pools: Pools | None = None,
) -> Report:
    """Check DAG folders and files.

    Args:
        paths: Folders and files.
        options: The `[check]` settings; by default each folder's own.
        use_cache: Whether to reuse the facts of files that have not changed since the last check.
        once: Whether to leave out the rules that need a second parse.
        select: The rules to check, instead of those that the settings select.
        ignore: Rules not to check, in addition to those that the settings ignore.
        progress: Called with the number of imports done and the total: one for each file, or two.
        pools: Where the workers come from; by default new ones, one per processor.

    Raises:
        NoSuchPath: A path does not exist.
        SettingsError: `airflowkit.toml` is wrong.
        WorkersUnavailable: Airflow cannot be imported.
    """
    asked = [
        (part, options_for(part.folder, options, once=once, select=select, ignore=ignore))
        for part in _by_folder(paths)
        if part.files
    ]
    return joined(
        _checked_folder(part, its, pools or new_pools(), progress, use_cache=use_cache) for part, its in asked
    )


def options_for(
    folder: Path, options: Check | None = None, *, once: bool, select: Sequence[str], ignore: Sequence[str]
) -> Check:
    """Return the options for a DAG folder; see `check`."""
    left_out = (*ignore, *NEED_TWO_PARSES) if once else ignore
    return narrowed(options or check_options(folder), select, left_out)


def needs_two_parses(options: Check) -> bool:
    """Return whether a rule is selected that compares two parses of a file."""
    return any(is_selected(code, options) for code in NEED_TWO_PARSES)


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


def _checked_folder(part: _Part, options: Check, pools: Pools, progress: Progress, *, use_cache: bool) -> Report:
    folder = part.folder
    paths = [str(file) for file in (*part.files, *part.hidden)]
    twice = needs_two_parses(options)
    kept = Cache.open(folder, options, twice=twice)
    known = {path: facts for path in paths if use_cache and (facts := kept.get(path))}
    new = [Job(path, str(folder), options, serialize=twice) for path in paths if path not in known]
    if new:
        known |= {facts.path: facts for facts in parsed(new, pools, progress, twice=twice)}
        if use_cache:
            kept.put(known.values())
    return report_on(list(known.values()), folder, options, tuple(part.hidden), part.asked)


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
