"""Has each side's Python parse the repository, both at the same time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from base64 import b64encode
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Final, NoReturn

from airflowkit.compare.state import AS_THEY_ARE
from airflowkit.errors import UpgradeError
from airflowkit.redaction import mask_shapes
from airflowkit.upgrade.document import read

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from airflowkit.compare.state import State
    from airflowkit.upgrade.environment import Environment

_MODULE: Final = "airflowkit.upgrade.side"
_DISTRIBUTION: Final = "airflowkit-k8s"
_GRACE: Final = 20.0
"""Seconds that a side has to end its workers."""


@dataclass(frozen=True, slots=True)
class Sides:
    """A Python for each Airflow, that parses a repository as often as it is asked.

    Attributes:
        environments: The environments.
        scratch: A folder for what they write.
        processes: Their processes.
    """

    environments: Sequence[Environment]
    scratch: Path
    processes: Sequence[subprocess.Popen[str]]

    def states(
        self,
        only: Collection[str] = (),
        contents: Mapping[str, bytes] = AS_THEY_ARE,
        sides: Collection[int] | None = None,
    ) -> tuple[State, ...]:
        """Parse the DAG files under each Airflow, all at the same time.

        Args:
            only: The only files to parse, by their paths in the repository; by default all.
            contents: What to take for the content of some of them, which nobody has written yet.
            sides: Which sides, by their places; by default all.

        Raises:
            UpgradeError: A side cannot run airflowkit, or the repository cannot be parsed there.
        """
        given = {path: b64encode(content).decode() for path, content in contents.items()}
        asked = range(len(self.processes)) if sides is None else sides
        for number in asked:
            request = {"only": sorted(only), "contents": given, "target": str(self._target(number))}
            with suppress(BrokenPipeError):  # what it has died of is told below
                stream = _channel(self.processes[number].stdin)
                stream.write(json.dumps(request) + "\n")
                stream.flush()
        return tuple(self._state(number) for number in asked)

    def _target(self, number: int) -> Path:
        return self.scratch / f"{number}.json"

    def _state(self, number: int) -> State:
        side, process = self.environments[number], self.processes[number]
        answer = _channel(process.stdout).readline()
        if not answer:
            _raise_death(side, process.wait(), _log_of(self.scratch, number))
        failure = json.loads(answer)
        if "error" in failure:
            raise UpgradeError(
                f"{side} cannot parse the DAG files: {mask_shapes(failure['error'])}", hint=failure["hint"]
            )
        return read(json.loads(self._target(number).read_text(encoding="utf-8")))


@contextmanager
def opened(environments: Sequence[Environment], root: Path, at: datetime) -> Iterator[Sides]:
    """Yield the sides of a repository, which begin to import Airflow.

    Args:
        environments: The environments.
        root: The repository.
        at: The present, for the next runs.
    """
    with TemporaryDirectory(prefix="airflowkit-upgrade-") as folder, ExitStack() as stack:
        scratch, processes = Path(folder), []
        for number, side in enumerate(environments):
            path = _path_of_airflowkit(scratch) if side.foreign else ""
            command = [str(side.python), "-P", "-m", _MODULE, str(root), at.isoformat()]
            processes.append(stack.enter_context(_process(command, path, _log_of(scratch, number))))
        yield Sides(tuple(environments), scratch, tuple(processes))


def _log_of(scratch: Path, number: int) -> Path:
    return scratch / f"{number}.log"


def _channel(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise TypeError("the process has no such stream")
    return stream


def _raise_death(side: Environment, status: int, log: Path) -> NoReturn:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    said = mask_shapes(lines[-1]) if lines else f"exit status {status}"
    install = f"install what airflowkit needs there: {side.python} -m pip install {_DISTRIBUTION}"
    hint = install if "ModuleNotFoundError" in said else ""
    raise UpgradeError(f"{side} cannot parse the DAG files: {said}", hint=hint)


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
def _process(command: Sequence[str], path: str, log: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a side; an interrupt of this process is one of the side, which ends its own processes."""
    environ = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    if path:
        environ["PYTHONPATH"] = os.pathsep.join(filter(None, [path, environ.get("PYTHONPATH")]))
    with log.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603  the Python that the user names, or has
            command,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    try:
        yield process
        with suppress(BrokenPipeError):
            _channel(process.stdin).close()  # nothing more is asked
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
    finally:
        _channel(process.stdout).close()
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
