"""Finds DAGs by their id or file, and loads them as Airflow's own DAG processor does."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflowkit import _airflow
from airflowkit.declared_values import declare
from airflowkit.discovery.dag_files import dag_files
from airflowkit.discovery.safe_mode import is_safe_mode
from airflowkit.errors import DagLoadError, DagNotFound, did_you_mean
from airflowkit.processor.environment import as_processor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


@dataclass(frozen=True, slots=True)
class LoadedDag:
    """A DAG, and the task that the reference to it named.

    Attributes:
        dag: Airflow's own DAG object.
        path: The file that defines it.
        task_id: The task of a `DAG.TASK` reference, else None.
    """

    dag: Any
    path: Path
    task_id: str | None = None


@dataclass(frozen=True, slots=True)
class Dags:
    """The DAGs of several files.

    Attributes:
        dags: Airflow's DAGs by their ids.
        import_errors: Why a file could not be imported, by its path.
    """

    dags: Mapping[str, Any]
    import_errors: Mapping[str, str]

    def __getitem__(self, dag_id: str) -> Any:
        """Return a DAG.

        Raises:
            DagNotFound: No DAG has that id, or its file could not be imported.
        """
        if dag_id not in self.dags:
            raise DagNotFound(f"no DAG {dag_id!r}", hint=self._why_not(dag_id))
        return self.dags[dag_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.dags)

    def __len__(self) -> int:
        return len(self.dags)

    def _why_not(self, dag_id: str) -> str:
        if self.import_errors:
            return "could not be imported: " + "; ".join(self.import_errors.values())
        return did_you_mean(dag_id, self.dags) or _which(self.dags)


def load_dag(ref: str, folder: Path) -> LoadedDag:
    """Load the DAG that a user refers to.

    Files that do not mention the id are imported only if no file that mentions it defines the DAG, so that one DAG of
    a large folder is found without importing all the others.

    Args:
        ref: A DAG id, `DAG.TASK`, or a file with one DAG. Ids may contain dots: the longest known DAG id wins.
        folder: The DAG folder.

    Raises:
        DagNotFound: There is no such DAG, or no such task in it.
        DagLoadError: The file that should define it cannot be imported.
        BadIgnoreFile: An `.airflowignore` cannot be read.
    """
    if ref.endswith((".py", ".zip")) or _is_file(Path(ref)):
        return _only_dag(Path(ref), folder)
    if not folder.is_dir():
        raise DagNotFound(f"no DAG folder {str(folder)!r}", hint="name it with --dags-folder")
    bag = _Bag(folder)
    for files in _by_likelihood(ref, dag_files(folder.resolve())):
        for file in files:
            bag.load(file, safe_mode=is_safe_mode())
        if found := bag.find(ref):
            return found
    raise bag.not_found(ref)


def _is_file(path: Path) -> bool:
    """Return whether there is a file; a path that cannot be one, such as one that is too long, is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def load_file(path: Path, folder: Path | None = None) -> tuple[LoadedDag, ...]:
    """Load all DAGs of one file, in the order of their ids.

    Args:
        path: The file.
        folder: The DAG folder, from which the file may import; defaults to the file's folder.

    Raises:
        DagNotFound: There is no such file.
        DagLoadError: The file cannot be imported.
    """
    if not _is_file(path):
        raise DagNotFound(f"no file {str(path)!r}")
    inside = folder is not None and path.resolve().is_relative_to(folder.resolve())
    bag = _Bag(folder if folder and inside else path.parent)
    bag.load(path.resolve(), safe_mode=False)
    if bag.errors:
        raise bag.errors[0]
    return tuple(bag.loaded[dag_id] for dag_id in sorted(bag.loaded))


def load_files(paths: Iterable[Path], folder: Path) -> Dags:
    """Load all DAGs of files; a file that cannot be imported does not affect the others.

    Args:
        paths: The files.
        folder: The DAG folder.
    """
    dags: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for path in paths:
        try:
            dags |= {loaded.dag.dag_id: loaded.dag for loaded in load_file(path, folder)}
        except DagLoadError as error:
            errors[str(path)] = error.message
    return Dags(dags, errors)


def _only_dag(path: Path, folder: Path) -> LoadedDag:
    dags = load_file(path, folder)
    if not dags:
        raise DagNotFound(f"{path} defines no DAG")
    if len(dags) > 1:
        ids = ", ".join(loaded.dag.dag_id for loaded in dags)
        raise DagNotFound(f"{path} defines {len(dags)} DAGs", hint=f"name one of them: {ids}")
    return dags[0]


def _prefixes(ref: str) -> list[str]:
    """Return all DAG ids that a reference may begin with, the longest first.

    Examples:
        >>> _prefixes("team.orders.load")
        ['team.orders.load', 'team.orders', 'team']
    """
    parts = ref.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _by_likelihood(ref: str, files: list[Path]) -> Iterator[list[Path]]:
    """Yield groups of files: those that mention the whole reference, those that mention a part of it, the rest."""
    left = dict.fromkeys(files)
    for wanted in ([ref], _prefixes(ref)):
        group = [file for file in left if _mentions(file, wanted)]
        for file in group:
            del left[file]
        yield group
    yield list(left)


def _mentions(file: Path, dag_ids: list[str]) -> bool:
    try:
        content = file.read_bytes()
    except OSError:
        return False
    return any(dag_id.encode() in content for dag_id in dag_ids)


class _Bag:
    """The DAGs of a folder that have been imported so far."""

    def __init__(self, folder: Path) -> None:
        declare(folder)
        self.loaded: dict[str, LoadedDag] = {}
        self.errors: list[DagLoadError] = []
        self._folder = folder
        with as_processor(folder):
            self._bag = _airflow.empty_dag_bag(folder.resolve())

    def load(self, file: Path, *, safe_mode: bool) -> None:
        known = len(self._bag.import_errors)
        with as_processor(self._folder), _airflow.any_executor(), _no_tracebacks():
            dags = self._bag.process_file(str(file), safe_mode=safe_mode)
        self.loaded |= {dag.dag_id: LoadedDag(dag, file) for dag in dags}
        messages = list(self._bag.import_errors.values())[known:]
        self.errors += [_load_error(file, message) for message in messages]

    def find(self, ref: str) -> LoadedDag | None:
        """Return what the reference means among the loaded DAGs, or None if they do not have it."""
        for dag_id in _prefixes(ref):
            if loaded := self.loaded.get(dag_id):
                task_id = ref[len(dag_id) + 1 :]
                if not task_id:
                    return loaded
                if loaded.dag.has_task(task_id):
                    return LoadedDag(loaded.dag, loaded.path, task_id)
        return None

    def not_found(self, ref: str) -> DagLoadError | DagNotFound:
        for error in self.errors:
            if _mentions(Path(str(error.path)), _prefixes(ref)):
                return error
        for dag_id in _prefixes(ref):
            if loaded := self.loaded.get(dag_id):
                task_id = ref[len(dag_id) + 1 :]
                tasks = loaded.dag.task_ids
                hint = did_you_mean(task_id, tasks) or f"it has {', '.join(tasks)}"
                return DagNotFound(f"DAG {dag_id!r} has no task {task_id!r}", hint=hint)
        hint = did_you_mean(ref, self.loaded) or _which(self.loaded)
        broken = f" ({len(self.errors)} files could not be imported)" if self.errors else ""
        return DagNotFound(f"no DAG {ref!r} in {self._bag.dag_folder}{broken}", hint=hint)


def _which(dag_ids: Iterable[str]) -> str:
    return f"there are {', '.join(sorted(dag_ids))}" if dag_ids else "there are none: is this the DAG folder?"


def _load_error(file: Path, message: str) -> DagLoadError:
    """Return Airflow's traceback as the file, its line, and what the exception says, with its notes."""
    lines = re.findall(rf'File "{re.escape(str(file))}", line (\d+)', message)
    *_, last = f"\n{message.strip()}".rpartition("\n  File ")
    exception = re.search(r"^\S.*", last.partition("\n")[2] or last, re.MULTILINE | re.DOTALL)
    what = exception[0] if exception else message.strip()
    error = DagLoadError(f"{file}:{lines[-1]}: {what}" if lines else f"{file}: {what}")
    error.path = str(file)
    return error


@contextmanager
def _no_tracebacks() -> Iterator[None]:
    """Keep Airflow from logging what is raised here."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
