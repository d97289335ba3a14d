"""Has each side's Python parse the repository, both at the same time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import ExitStack, contextmanager, suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from airflowkit.errors import UpgradeError
from airflowkit.redaction import mask_shapes
from airflowkit.upgrade.document import read

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from airflowkit.compare.state import State
    from airflowkit.upgrade.environment import Environment

_MODULE: Final = "airflowkit.upgrade.side"
_DISTRIBUTION: Final = "airflowkit-k8s"
_GRACE: Final = 20.0
"""Seconds that a side has to end its workers."""
_INSTALL: Final = "install what airflowkit needs there: PYTHON -m pip install airflowkit-k8s"


def parsed(sides: Sequence[Environment], root: Path, at: datetime, only: Collection[str] = ()) -> tuple[State, ...]:
    """Parse the DAG files of a repository under each Airflow.

    Args:
        sides: The environments.
        root: The repository.
        at: The present, for the next runs.
        only: The only files to parse, by their paths in the repository; by default all.

    Raises:
        UpgradeError: A side cannot run airflowkit, or the repository cannot be parsed there.
    """
    with TemporaryDirectory(prefix="airflowkit-upgrade-") as scratch, ExitStack() as stack:
        started = []
        for number, side in enumerate(sides):
            target = Path(scratch, f"{number}.json")
            path = _path_of_airflowkit(Path(scratch)) if side.foreign else ""
            command = [str(side.python), "-P", "-m", _MODULE, str(root), at.isoformat(), str(target), *only]
            started.append((side, stack.enter_context(_process(command, path, target.with_suffix(".log"))), target))
        return tuple(_state(side, process, target) for side, process, target in started)


def _path_of_airflowkit(scratch: Path) -> str:
    """Return a folder from which another Python imports this airflowkit, and nothing else that is installed here."""
    folder = scratch / "airflowkit-only"
    if not folder.exists():
        folder.mkdir()
        package = Path(__file__).parents[1]
        (folder / package.name).symlink_to(package)
        with suppress(PackageNotFoundError):  # its entry points and its version
            installed = Path(str(distribution(_DISTRIBUTION).locate_file("")))
            for about in installed.glob("airflowkit_k8s-*.dist-info"):
                (folder / about.name).symlink_to(about)
    return str(folder)


@contextmanager
def _process(command: Sequence[str], path: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a side; an interrupt of this process is one of the side, which ends its own processes."""
    environ = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    if path:
        environ["PYTHONPATH"] = os.pathsep.join(filter(None, [path, environ.get("PYTHONPATH")]))
    with log.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603  the Python that the user names, or has
            command, env=environ, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, start_new_session=True
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _state(side: Environment, process: subprocess.Popen[bytes], target: Path) -> State:
    status = process.wait()
    if status or not target.exists():
        log = target.with_suffix(".log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        said = mask_shapes(log[-1]) if log else f"exit status {status}"
        hint = _INSTALL.replace("PYTHON", str(side.python)) if "ModuleNotFoundError" in said else ""
        raise UpgradeError(f"{side} cannot parse the DAG files: {said}", hint=hint)
    document = json.loads(target.read_text(encoding="utf-8"))
    if "error" in document:
        raise UpgradeError(
            f"{side} cannot parse the DAG files: {mask_shapes(document['error'])}", hint=document["hint"]
        )
    return read(document)
