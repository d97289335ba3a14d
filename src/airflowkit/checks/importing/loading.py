"""Imports one DAG file in a worker process, as Airflow's DAG processor does, whatever the file may do."""

from __future__ import annotations

import builtins
import os
import signal
import sys
import time
import traceback
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from signal import ITIMER_REAL
from typing import TYPE_CHECKING, Any, Final

from airflowkit import _airflow
from airflowkit.checks.importing.archives import import_archive
from airflowkit.checks.importing.execution import executed
from airflowkit.checks.importing.import_costs import IMPORT_COSTS, Cost
from airflowkit.checks.importing.search import Search
from airflowkit.checks.importing.tampering import patched_airflow, remember, replaced_modules
from airflowkit.checks.importing.watch import WATCH, is_users
from airflowkit.checks.model.facts import Failure, FailureKind, Observation
from airflowkit.discovery.file_kinds import is_archive, is_imported
from airflowkit.processor.environment import DAGS_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import FrameType

    from airflowkit.setting_sections import Check

LONGEST_TEXT: Final = 2000
SHORTEST: Final = 0.1
_CALLED_HERE: Final = (builtins, os, signal, time)
"""Python's modules that a worker calls around each file."""
_OF_THE_TIME_ZONE: Final = {"altzone", "daylight", "timezone", "tzname"}
"""What `time.tzset` sets, which libraries call."""
_KIND_OF: Final[Mapping[type[BaseException], FailureKind]] = {
    SystemExit: FailureKind.EXIT,
    MemoryError: FailureKind.MEMORY,
}


class _TimedOut(BaseException):
    """The import took too long. Not an `Exception`, because DAG files swallow those."""


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A DAG file after its import.

    Attributes:
        failure: Why the import failed, or None.
        dags: The DAGs that Airflow sees, with the line that builds each, in the order of construction.
        unregistered_dags: DAGs that it built and that Airflow does not see.
        tasks_without_dag: Tasks that it built outside any DAG.
        lines: The line of each thing that it built, by `id()`.
        modules: Loaded modules that it replaced or removed.
        patches: Parts of Airflow's classes, and functions of Python's own, that it replaced.
        cpu_seconds: The CPU time of the import.
        memory: The bytes by which it made the process grow.
        error: What the import raised.
    """

    failure: Failure | None
    dags: tuple[tuple[Any, int | None], ...] = ()
    unregistered_dags: tuple[Observation, ...] = ()
    tasks_without_dag: tuple[Observation, ...] = ()
    lines: Mapping[int, int | None] | None = None
    modules: tuple[Observation, ...] = ()
    patches: tuple[Observation, ...] = ()
    cpu_seconds: float = 0.0
    memory: int = 0
    error: BaseException | None = None


def load(path: str, folder: str, options: Check, content: bytes | None = None) -> LoadedFile:
    """Import a DAG file and collect what it built.

    If the import dies of a stand-in, it is tried again with one of another shape.

    Args:
        path: The file.
        folder: The DAG folder, from which the file may import.
        options: The `[check]` settings.
        content: What to import instead of the file's content.
    """
    search, deadline = Search(), time.monotonic() + options.import_timeout
    while True:
        seconds = max(deadline - time.monotonic(), SHORTEST)
        loaded = _attempted(path, folder, options, content, seconds)
        contaminated = loaded.modules or loaded.patches
        if contaminated or time.monotonic() > deadline:
            return replace(loaded, error=None)
        if loaded.failure is None or loaded.error is None:
            if not search.fills(dag for dag, _line in loaded.dags):
                return loaded
        elif not search.goes_on(loaded.failure, loaded.error) and not search.empties():
            return replace(loaded, error=None, failure=search.explained(loaded.failure))


def _attempted(path: str, folder: str, options: Check, content: bytes | None, seconds: float) -> LoadedFile:
    from airflow.utils.file import get_unique_dag_module_name

    context = _airflow.dag_context()
    name = get_unique_dag_module_name(path)
    remember()
    os.environ[DAGS_FOLDER] = folder  # factories look there for their files
    context.autoregistered_dags.clear()
    WATCH.start(path)
    IMPORT_COSTS.start(name)
    patches: list[Observation] = []
    begun = Cost.so_far()
    try:
        with (
            warnings.catch_warnings(),
            _restored_process(),
            IMPORT_COSTS.noted(),
            _restored_functions(patches),
            _time_limit(seconds),
        ):
            WATCH.listen()
            sys.path.append(folder)  # where Airflow puts it
            things = _things(name, path, content, context)
    except BaseException as error:  # noqa: BLE001  foreign code may raise anything, and must not end the worker
        patches += patched_airflow()
        failure = _failure(error, path, options.import_timeout)
        return LoadedFile(failure, modules=replaced_modules(), patches=tuple(patches), error=error)
    finally:
        WATCH.stop()
        context.current_autoregister_module_name = None
        sys.modules.pop(name, None)
    cost = Cost.so_far() - begun + IMPORT_COSTS.cached_cost()
    loaded = _collected(things, [dag for dag, _module in context.autoregistered_dags])
    return replace(
        loaded,
        modules=replaced_modules(),
        patches=(*patches, *patched_airflow()),
        cpu_seconds=cost.seconds,
        memory=cost.memory,
    )


def _things(name: str, path: str, content: bytes | None, context: Any) -> list[Any]:
    """Return what a file has at its top level after its import: its DAGs are among it."""
    file = Path(path)
    if is_imported(file):
        return _airflow.imported_dags(file)
    context.current_autoregister_module_name = name
    modules = import_archive(path, context) if is_archive(file) else [executed(name, path, content)]
    return [thing for module in modules for thing in vars(module).values()]


def _collected(things: list[Any], registered: list[Any]) -> LoadedFile:
    dag_class: Any = _airflow.constructors()[1]
    lines = {id(thing): line for thing, line in WATCH.built}
    seen = {id(dag): dag for dag in [*things, *registered] if isinstance(dag, dag_class)}
    built = [thing for thing, _line in WATCH.built]
    order = {id(thing): position for position, thing in enumerate(built)}
    subdags = {id(dag) for each in seen.values() for dag in getattr(each, "subdags", ())}  # of Airflow 2
    visible = seen.keys() | subdags
    found = sorted(seen.values(), key=lambda dag: order.get(id(dag), -1))
    return LoadedFile(
        failure=None,
        dags=tuple((dag, lines.get(id(dag))) for dag in found),
        unregistered_dags=tuple(
            Observation(thing.dag_id, lines[id(thing)])
            for thing in built
            if isinstance(thing, dag_class) and id(thing) not in visible and thing.auto_register
        ),
        tasks_without_dag=tuple(
            Observation(thing.task_id, lines[id(thing)])
            for thing in built
            if not isinstance(thing, dag_class) and not thing.has_dag()
        ),
        lines=lines,
    )


def _failure(error: BaseException, path: str, seconds: float) -> Failure:
    if isinstance(error, _TimedOut):
        return Failure(FailureKind.TIMEOUT, f"still running after {seconds:g} s", _line(error, path))
    kind = next((kind for base, kind in _KIND_OF.items() if isinstance(error, base)), FailureKind.EXCEPTION)
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    elsewhere = _elsewhere(error, path)
    return Failure(kind, f"{_described(error)}{elsewhere}"[:LONGEST_TEXT], _line(error, path), missing, elsewhere)


def _described(error: BaseException) -> str:
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
    except BaseException:  # noqa: BLE001  a foreign exception's `__str__` may raise anything, too
        text = "(no text)"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _line(error: BaseException, path: str) -> int | None:
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return lines[-1] if lines else None


def _elsewhere(error: BaseException, path: str) -> str:
    """Return where the error was raised, if neither in the DAG file itself nor in an installed package."""
    if isinstance(error, SyntaxError):
        place = (error.filename or path, error.lineno)
    else:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if is_users(frame.filename)]
        place = (frames[-1].filename, frames[-1].lineno) if frames else (path, None)
    return "" if place[0] == path else f" ({place[0]}:{place[1]})"


@contextmanager
def _restored_process() -> Iterator[None]:
    """Undo what a file changes in its process: environment, import path, current folder, signal handlers."""
    path, finders, folder = list(sys.path), list(sys.meta_path), os.getcwd()  # noqa: PTH109  a string to go back to
    interrupt, recursion = signal.getsignal(signal.SIGINT), sys.getrecursionlimit()
    try:
        yield
    finally:
        for name, value in WATCH.environment.items():
            _restore_variable(name, value)
        if "TZ" in WATCH.environment:
            time.tzset()
        sys.path[:], sys.meta_path[:] = path, finders
        os.chdir(folder)
        signal.signal(signal.SIGINT, interrupt)
        sys.setrecursionlimit(recursion)


@contextmanager
def _restored_functions(patches: list[Observation]) -> Iterator[None]:
    """Undo and record what a file changes in Python's own functions, before anything here calls them."""
    before = [vars(module).copy() for module in _CALLED_HERE]
    try:
        yield
    finally:
        for module, ours in zip(_CALLED_HERE, before, strict=True):
            theirs = vars(module).copy()
            vars(module).update(ours)
            names = [name for name in ours.keys() - _OF_THE_TIME_ZONE if theirs.get(name) is not ours[name]]
            patches += [Observation(f"{module.__name__}.{name}", None) for name in sorted(names)]


def _restore_variable(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise in the main thread when the time is up; a file that swallows even that is killed by the parent."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise _TimedOut

    signal.signal(signal.SIGALRM, stop)
    start_timer = signal.setitimer  # the file may replace it
    start_timer(ITIMER_REAL, seconds)
    try:
        yield
    finally:
        start_timer(ITIMER_REAL, 0)
