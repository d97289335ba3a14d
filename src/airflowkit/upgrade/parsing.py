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
from typing import IO, TYPE_CHECKING, Final, NamedTuple, NoReturn

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
class Side:
    """A Python with its Airflow, that parses a repository as often as it is asked.

    Attributes:
        environment: The environment.
        process: Its process.
        answer: The file for the state that it was asked for.
        log: The file of its standard error.
    """

    environment: Environment
    process: subprocess.Popen[str]
    answer: Path
    log: Path

    def ask(self, only: Collection[str] | None = None, contents: Mapping[str, bytes] = AS_THEY_ARE) -> None:
        """Have the DAG files parsed, as `Opened.state` does; do not wait."""
        given = {path: b64encode(content).decode() for path, content in contents.items()}
        named = None if only is None else sorted(only)
        request = {"only": named, "contents": given, "target": str(self.answer)}
        with suppress(BrokenPipeError):  # `state` says what it has died of
            stream = _channel(self.process.stdin)
            stream.write(json.dumps(request) + "\n")
            stream.flush()

    def state(self) -> State:
        """Return the state that was asked for.

        Raises:
            UpgradeError: It cannot run airflowkit, or the repository cannot be parsed there.
        """
        line = _channel(self.process.stdout).readline()
        if not line:
            self._raise_death(self.process.wait())
        failure = json.loads(line)
        if "error" in failure:
            message = f"{self.environment} cannot parse the DAG files: {mask_shapes(failure['error'])}"
            raise UpgradeError(message, hint=failure["hint"])
        return read(json.loads(self.answer.read_text(encoding="utf-8")))

    def _raise_death(self, status: int) -> NoReturn:
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        said = mask_shapes(lines[-1]) if lines else f"exit status {status}"
        install = f"install what airflowkit needs there: {self.environment.python} -m pip install {_DISTRIBUTION}"
        hint = install if "ModuleNotFoundError" in said else ""
        raise UpgradeError(f"{self.environment} cannot parse the DAG files: {said}", hint=hint)


class Sides(NamedTuple):
    """Both sides of an upgrade."""

    older: Side
    newer: Side

    def states(
        self, only: Collection[str] | None = None, contents: Mapping[str, bytes] = AS_THEY_ARE
    ) -> tuple[State, State]:
        """Parse the DAG files under both versions, at the same time.

        Args:
            only: The only files to parse, by their paths in the repository; by default all.
            contents: What to take for the content of some of them, which nobody has written yet.

        Raises:
            UpgradeError: A side cannot run airflowkit, or the repository cannot be parsed there.
        """
        for side in self:
            side.ask(only, contents)
        return self.older.state(), self.newer.state()


@contextmanager
def opened(older: Environment, newer: Environment, root: Path, at: datetime) -> Iterator[Sides]:
    """Yield the sides of a repository, which begin to import Airflow.

    Args:
        older: The older environment.
        newer: The newer one.
        root: The repository.
        at: The present, for the next runs.
    """
    with TemporaryDirectory(prefix="airflowkit-upgrade-") as folder, ExitStack() as stack:
        arguments = [str(root), at.isoformat()]
        both = (
            stack.enter_context(_side(environment, Path(folder, name), arguments))
            for name, environment in (("older", older), ("newer", newer))
        )
        yield Sides(*both)


def _channel(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise TypeError("the process has no such stream")
    return stream


def _path_of_airflowkit(folder: Path) -> str:
    """Return a folder from which another Python imports this airflowkit, and nothing else that is installed here."""
    folder.mkdir()
    package = Path(__file__).parents[1]
    (folder / package.name).symlink_to(package)
    with suppress(PackageNotFoundError):  # its entry points and its version
        installed = Path(str(distribution(_DISTRIBUTION).locate_file("")))
        for about in installed.glob("airflowkit_k8s-*.dist-info"):
            (folder / about.name).symlink_to(about)
    return str(folder)


@contextmanager
def _side(environment: Environment, folder: Path, arguments: Sequence[str]) -> Iterator[Side]:
    """Start a side; an interrupt of this process is one of the side, which ends its own processes."""
    folder.mkdir()
    environ = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    if environment.foreign:
        path = _path_of_airflowkit(folder / "airflowkit-only")
        environ["PYTHONPATH"] = os.pathsep.join(filter(None, [path, environ.get("PYTHONPATH")]))
    log = folder / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603  the Python that the user names, or has
            [environment.python, "-P", "-m", _MODULE, *arguments],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    try:
        yield Side(environment, process, folder / "state.json", log)
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
