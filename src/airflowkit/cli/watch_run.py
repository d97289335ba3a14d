"""`airflowkit run --watch`: runs a DAG again whenever a file is saved that it depends on."""

from __future__ import annotations

import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from airflowkit.cli.signals import ended_in_order
from airflowkit.cli.watching import headline, show_error
from airflowkit.errors import AirflowKitError
from airflowkit.local.process.events import Event, ModulesLoaded

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from airflowkit.local.process.spawn import OnEvent, Worker

_CODE: Final = frozenset({".py", ".zip", ".yaml", ".yml", ".toml", ".sql", ".sh", ".j2", ".jinja", ".jinja2"})
"""What a person writes. Other files may be what the run's own pods wrote, unless they were saved after its end."""


def watch_run(run: Callable[[Worker | None, OnEvent], object], dags_folder: Path, console: Console) -> NoReturn:
    """Run a DAG again and again, until Ctrl-C.

    Args:
        run: Runs it once, in a process that a worker starts, and shows how it went; it passes the events on.
        dags_folder: The DAG folder.
        console: Where it is shown.
    """
    from airflowkit.local.worker.warm import WarmAirflow, can_stay_warm
    from airflowkit.settings import forget_settings
    from airflowkit.watching import changes, watched

    dependencies = _Dependencies(dags_folder)
    with ended_in_order(), WarmAirflow() if can_stay_warm() else nullcontext() as airflow:
        for changed in changes(lambda: watched(dags_folder), dags_folder):
            forget_settings()
            if changed and not dependencies.include(changed):
                continue
            headline(changed, console)
            dependencies.begin()
            try:
                run(airflow.worker if airflow else None, dependencies.note)
            except AirflowKitError as error:
                show_error(error, console)
            dependencies.end()
    raise KeyboardInterrupt  # nothing else ends the loop


class _Dependencies:
    """What a run depends on: every file but the DAG files that it did not load.

    Args:
        folder: The DAG folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loaded: set[Path] | None = None
        self._others: set[Path] = set()
        self._ended = 0.0

    def begin(self) -> None:
        """Note that a run begins: it may load other files than the one before."""
        self._loaded = None

    def note(self, event: Event) -> None:
        """Note the files that the run has loaded; one that cannot start reports none."""
        if isinstance(event, ModulesLoaded):
            self._loaded = set(map(Path, event.paths))

    def end(self) -> None:
        """Note that the run has ended."""
        self._ended = time.time()
        self._others = self._dag_files()

    def include(self, changed: frozenset[Path]) -> bool:
        """Return whether the run would be another one."""
        counting = {path for path in changed if path.suffix in _CODE or _saved(path) > self._ended}
        if self._loaded is None:
            return bool(counting)
        return bool(counting - ((self._others | self._dag_files()) - self._loaded))

    def _dag_files(self) -> set[Path]:
        from airflowkit.discovery.dag_files import dag_files

        try:
            return set(dag_files(self._folder))
        except AirflowKitError:
            return set()


def _saved(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
