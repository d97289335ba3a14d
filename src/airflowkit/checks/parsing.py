"""Has workers parse DAG files, once or twice: workers of this check only, or workers whose Airflow stays."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from airflowkit.checks.comparison import compared
from airflowkit.checks.workers.retrial import results
from airflowkit.discovery.importers import importers

if TYPE_CHECKING:
    from airflowkit.checks.model.facts import FileFacts
    from airflowkit.checks.workers.messages import Job
    from airflowkit.checks.workers.pool import Pool

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


class Pools(Protocol):
    """Where the workers of a check come from."""

    def __call__(self, jobs: Sequence[Job], *, twice: bool) -> AbstractContextManager[tuple[Pool, Pool | None]]:
        """Return the pool for the jobs of one DAG folder, and with `twice` the one that parses them again."""


def new_pools(workers: int | None = None) -> Pools:
    """Return pools that end with the check.

    Args:
        workers: How many processes import files; by default one per processor.
    """

    @contextmanager
    def pools(jobs: Sequence[Job], *, twice: bool) -> Iterator[tuple[Pool, Pool | None]]:
        from airflowkit.checks.workers.pool import Pool  # noqa: PLC0415  the cache often knows every file

        folder, size = Path(jobs[0].folder), min(len(jobs), pool_size(workers))
        modules = preloaded((Path(job.path) for job in jobs), twice=twice)
        # both import Airflow at the same time
        with (
            Pool(modules, size, folder, again=True) if twice else nullcontext() as others,
            Pool(modules, size, folder) as pool,
        ):
            yield pool, others

    return pools


def pool_size(workers: int | None) -> int:
    """Return how many processes import files: one per processor, if nothing else is asked for."""
    return workers or len(os.sched_getaffinity(0))


def parsed(jobs: Sequence[Job], pools: Pools, progress: Progress, *, twice: bool) -> Iterable[FileFacts]:
    """Return the facts of the files; with `twice`, workers with another hash seed parse them again."""
    number = len(jobs) * (2 if twice else 1)
    with pools(jobs, twice=twice) as (pool, others):
        first = list(_counted(results(pool, jobs), progress, number))
        if others is None:
            return first
        pool.end_workers()
        serialized = {facts.path for facts in first if facts.serialized}
        again = [replace(job, judged=False) for job in jobs if job.path in serialized]
        second = _counted(results(others, again), progress, number, begin=number - len(again))
        return list(compared(first, list(second)))


def _counted(results: Iterable[FileFacts], progress: Progress, number: int, begin: int = 0) -> Iterator[FileFacts]:
    for done, facts in enumerate(results, start=begin + 1):
        progress(done, number)
        yield facts


def preloaded(files: Iterable[Path], *, twice: bool) -> tuple[str, ...]:
    """Return the Airflow modules that the files import: the DAG processor imports them before it forks, too."""
    named = {name for file in files for name in _imported_by(file)}
    modules = tuple(module for name in sorted(named) for module in _PUBLIC.get(name, (name,)))
    return (*modules, *(_SERIALIZATION if twice else ()))


def _imported_by(file: Path) -> Iterable[str]:
    importer = importers().get(file.suffix.lower())
    found = (_OPERATOR_IN_YAML if importer else _AIRFLOW_IMPORT).findall(_content(file))
    return [name.decode() for name in found] + ([importer.rpartition(".")[0]] if importer else [])


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
