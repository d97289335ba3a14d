"""The environments of an upgrade: a Python, and the Airflow that it has."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from airflowkit.errors import UpgradeError, shown
from airflowkit.redaction import mask_shapes

_ASK: Final = "import sys, importlib.metadata as m; print(*sys.version_info[:2], m.version('apache-airflow'))"
_OLDEST: Final = (3, 11)
_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python with an Airflow.

    Attributes:
        python: The interpreter.
        airflow: Airflow's version.
        foreign: Whether it is another one than that which runs airflowkit.
    """

    python: Path
    airflow: str
    foreign: bool = True

    def __str__(self) -> str:
        return f"Airflow {self.airflow}"


def this_environment() -> Environment:
    """Return the environment that runs airflowkit."""
    return Environment(Path(sys.executable), version("apache-airflow"), foreign=False)


def program(name: str) -> str:
    """Return the program of that name in this environment, or the one on the path; an empty string if there is none."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.is_file() else shutil.which(name) or ""


def environment_of(path: Path) -> Environment:
    """Return the environment of an interpreter, or of a virtual environment's folder.

    Raises:
        UpgradeError: It is not a Python that has Airflow.
    """
    python = (path / "bin" / "python" if path.is_dir() else path).absolute()  # a link is what makes an environment
    if not python.is_file():
        raise UpgradeError(f"there is no Python at {python}", hint="name an interpreter or a virtual environment")
    try:
        answer = subprocess.run(  # noqa: S603  the user names it
            [python, "-I", "-c", _ASK], capture_output=True, text=True, timeout=_SECONDS, check=True
        )
        major, minor, airflow = answer.stdout.split()
    except subprocess.CalledProcessError as error:
        said = (error.stderr.strip().splitlines() or [""])[-1]
        if "PackageNotFoundError" not in said:
            raise UpgradeError(f"{python} is not a Python: {mask_shapes(said)}") from None
        hint = f"install it: {python} -m pip install apache-airflow==VERSION"
        raise UpgradeError(f"{python} has no Airflow", hint=hint) from None
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise UpgradeError(f"{python} is not a Python: {shown(error)}") from None
    if (int(major), int(minor)) < _OLDEST:
        raise UpgradeError(f"{python} is Python {major}.{minor}", hint="airflowkit needs Python 3.11 or newer")
    return Environment(python, airflow)
