"""Workers whose Airflow stays between checks: what a saved file costs is a fork, and its own import."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from airflowkit.checks.cache import installed
from airflowkit.checks.engine import needs_two_parses, options_for
from airflowkit.checks.parsing import pool_size, preloaded
from airflowkit.checks.workers.pool import Pool
from airflowkit.discovery.airflow_config import config_file
from airflowkit.discovery.dag_files import dag_files
from airflowkit.processor.roots import import_roots
from airflowkit.repository import dags_folder_of, plugins_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflowkit.checks.workers.messages import Job


@dataclass(frozen=True, slots=True)
class _Kept:
    """The pools of one DAG folder.

    Attributes:
        basis: What their Airflow was started with.
        modules: What it has imported.
        first: The pool.
        again: The one that parses files a second time, if that is asked for.
    """

    basis: object
    modules: tuple[str, ...]
    first: Pool
    again: Pool | None

    def serves(self, basis: object, modules: tuple[str, ...]) -> bool:
        """Return whether a check with new pools would come to the same."""
        return self.basis == basis and set(modules) <= set(self.modules)

    def end_workers(self) -> None:
        """End what has imported files as they were."""
        self.first.end_workers()
        if self.again:
            self.again.end_workers()

    def close(self) -> None:
        """End everything."""
        self.first.close()
        if self.again:
            self.again.close()


class WarmPools:
    """Pools for one check after the other; they are started again when what their Airflow has read has changed.

    Args:
        workers: How many processes import files; by default one per processor.
    """

    def __init__(self, workers: int | None = None) -> None:
        self._size = pool_size(workers)
        self._kept: dict[tuple[Path, bool], _Kept] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for kept in self._kept.values():
            kept.close()
        self._kept.clear()

    @contextmanager
    def __call__(self, jobs: Sequence[Job], *, twice: bool) -> Iterator[tuple[Pool, Pool | None]]:
        """Return the pools for a check of files of one DAG folder, which `warm_up` has started."""
        kept = self._kept[Path(jobs[0].folder), twice]
        try:
            yield kept.first, kept.again
        finally:
            kept.end_workers()

    def warm_up(self, paths: Sequence[Path], **asked: Any) -> None:
        """Start the pools that checks of paths need, even if the cache knows all their files by now, and end others.

        Args:
            paths: Folders and files.
            asked: What else is asked of the check: `once`, `select`, `ignore`.

        Raises:
            AirflowKitError: As in a check.
        """
        needed = {(folder, needs_two_parses(options_for(folder, **asked))) for folder in map(dags_folder_of, paths)}
        for other in self._kept.keys() - needed:
            self._kept.pop(other).close()
        for folder, twice in needed:
            self._start(folder, twice=twice)

    def _start(self, folder: Path, *, twice: bool) -> None:
        """Start the pools of a DAG folder, unless they run; Airflow is imported meanwhile."""
        basis, modules = _basis(folder), preloaded(dag_files(folder), twice=twice)
        kept = self._kept.get((folder, twice))
        if kept and not kept.serves(basis, modules):
            self._kept.pop((folder, twice)).close()
            kept = None
        if kept is None:
            first = Pool(modules, self._size, folder)
            kept = _Kept(basis, modules, first, Pool(modules, self._size, folder, again=True) if twice else None)
            self._kept[folder, twice] = kept


def _basis(folder: Path) -> object:
    """Return what an Airflow reads when it starts, apart from the environment, which stays."""
    roots = tuple(root.path for root in import_roots(folder))
    config = config_file()
    return installed(), roots, plugins_folder(folder), config.read_bytes() if config.is_file() else b""
