"""Makes an environment with another Airflow, with uv, and keeps it for the next time."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, distributions, requires
from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit.errors import UpgradeError
from airflowkit.upgrade.environment import environment_of, program
from airflowkit.upgrade.refusals import OTHERWISE, explained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from airflowkit.upgrade.environment import Environment

# As "Installation from PyPI" of Airflow's documentation has it: there is one file for each version and each Python.
_CONSTRAINTS: Final = "https://raw.githubusercontent.com/apache/airflow/constraints-{airflow}/constraints-{python}.txt"
_VERSION: Final = re.compile(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]*\])?")
_INCLUDED: Final = re.compile(r"(?:-r|--requirement)[\s=]*(\S+)")
_PROVIDERS: Final = "apache-airflow-providers-"
_AIRFLOWS: Final = frozenset({"apache-airflow", "apache-airflow-core", "apache-airflow-task-sdk", "airflowkit-k8s"})
_HALF_MADE: Final = ".making-"


def made(airflow: str, root: Path, constraints: str, report: Callable[[str], None]) -> Environment:
    """Return an environment with this Airflow, and with the providers and packages that the DAG files have here.

    Args:
        airflow: Airflow's version.
        root: The repository, whose `requirements.txt` counts.
        constraints: The file or address of constraints; by default Airflow's own for the version.
        report: Called with what takes long.

    Raises:
        UpgradeError: There is no uv, or it cannot make it.
    """
    if not _VERSION.fullmatch(airflow):
        raise UpgradeError(f"{airflow!r} is not a version of Airflow", hint="write it whole, such as --to 3.3.0")
    if constraints and "://" not in constraints and not Path(constraints).exists():
        raise UpgradeError(f"there is no file {constraints}", hint="--constraints takes a file or an address")
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    wanted = [f"apache-airflow=={airflow}", *requirements(root)]
    limits = constraints or _CONSTRAINTS.format(airflow=airflow, python=python)
    folder = cache_folder() / f"airflow-{airflow}-python-{python}-{_digest([*wanted, _content(limits)])}"
    if not folder.exists():
        uv = _uv()
        report(f"Making an environment with Airflow {airflow} in {folder} ...")
        try:
            _make(uv, folder, wanted, limits)
        except _UvError as failed:
            raise explained(failed.said, airflow, python, limits) from None
    return environment_of(folder)


class _UvError(Exception):
    """uv has ended with an error, and shown it.

    Attributes:
        said: What it has shown.
    """

    def __init__(self, said: str = "") -> None:
        super().__init__(said)
        self.said = said


def cache_folder() -> Path:
    """Return where environments are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "airflowkit" / "upgrade"


def requirements(root: Path) -> list[str]:
    """Return what the DAG files and airflowkit need besides Airflow: constraints say which versions.

    Providers that Airflow brings itself are left out: the other one brings its own.
    """
    file = root / "requirements.txt"
    brought = {_name(each) for each in requires("apache-airflow") or () if "extra ==" not in each}
    providers = {name for each in distributions() if (name := each.name.lower()).startswith(_PROVIDERS)}
    found = [*sorted(providers - brought), *_of_airflowkit(), *(_of_file(file) if file.is_file() else ())]
    return list(dict.fromkeys(found))


def _of_airflowkit() -> list[str]:
    try:
        needed = requires("airflowkit-k8s") or []
    except PackageNotFoundError:
        return []
    return [each for each in needed if "extra ==" not in each and _name(each) not in _AIRFLOWS]


def _of_file(file: Path) -> Iterator[str]:
    """Yield the packages of a requirements file; Airflow's own packages without the version that fits this Airflow."""
    for requirement in _lines(file, {file.resolve()}):
        if requirement.startswith("."):
            yield str((file.parent / requirement).resolve())
        elif _name(requirement) not in _AIRFLOWS:
            named = _NAME.match(requirement)
            yield named[0] if named and _name(requirement).startswith(_PROVIDERS) else requirement


def _lines(file: Path, seen: set[Path]) -> Iterator[str]:
    """Yield the requirements of a file and of those that it includes; the options of an index are those of uv."""
    text = file.read_text(encoding="utf-8", errors="replace").replace("\\\n", " ")
    for line in text.splitlines():
        requirement = re.sub(r"(?:^|\s)#.*|\s--hash=\S+", "", line).strip()
        if included := _INCLUDED.fullmatch(requirement):
            other = (file.parent / included[1]).resolve()
            if other.is_file() and other not in seen:
                seen.add(other)
                yield from _lines(other, seen)
        elif requirement and not requirement.startswith("-"):
            yield requirement


def _name(requirement: str) -> str:
    named = _NAME.match(requirement)
    return named[0].partition("[")[0].lower().replace("_", "-") if named else ""


def _content(constraints: str) -> str:
    with suppress(OSError):
        return Path(constraints).read_text(encoding="utf-8", errors="replace")
    return constraints


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


def _make(uv: str, folder: Path, wanted: Sequence[str], constraints: str) -> None:
    with _half_made(folder) as scratch:
        _run([uv, "venv", "--quiet", "--relocatable", "--python", sys.executable, str(scratch)])
        listed = scratch / "requirements.in"
        listed.write_text("\n".join(wanted) + "\n", encoding="utf-8")
        python = str(scratch / "bin" / "python")
        quiet = () if sys.stderr.isatty() else ("--quiet",)
        install = [uv, "pip", "install", "--python", python, "-r", str(listed), "-c", constraints]
        try:
            _run([*install, *quiet])
        except _UvError:
            raise _UvError(_said_again([*install, "--quiet", "--dry-run"])) from None
        with suppress(OSError):  # another command has made the same meanwhile
            scratch.rename(folder)


@contextmanager
def _half_made(folder: Path) -> Iterator[Path]:
    """Yield a folder beside the one that is made; it is removed, and so are those of commands that were killed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    for other in folder.parent.glob(f"{_HALF_MADE}*"):
        if not Path("/proc", other.name.removeprefix(_HALF_MADE)).exists():
            shutil.rmtree(other, ignore_errors=True)
    scratch = folder.parent / f"{_HALF_MADE}{os.getpid()}"
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _run(command: Sequence[str]) -> None:
    """Run uv, which shows its progress itself; an interrupt ends it."""
    process = subprocess.Popen(  # noqa: S603  the user's own uv
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=None, start_new_session=True
    )
    try:
        status = process.wait()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if status:
        raise _UvError


def _said_again(command: Sequence[str]) -> str:
    """Return what uv says: the first time it was for the terminal."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stderr


def _uv() -> str:
    if uv := program("uv"):
        return uv
    raise UpgradeError("there is no uv to make the environment with", hint=f"pip install uv, {OTHERWISE}")
