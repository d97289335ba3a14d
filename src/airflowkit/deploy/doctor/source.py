"""What a source is: something that can be examined, or that says why there is nothing to examine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from airflowkit.deploy.doctor.findings import Finding


@dataclass(frozen=True, slots=True)
class Request:
    """What the command was asked to examine.

    Attributes:
        root: The repository.
        values: The values files that were named; none are those of the repository.
        cluster_file: An exported cluster, instead of the one that the kubeconfig names.
        namespace: The namespace; empty for the settings', else kubectl's.
        context: The context of the kubeconfig; empty for the current one.
        release: The name of the Helm release.
    """

    root: Path
    values: tuple[Path, ...] = ()
    cluster_file: Path | None = None
    namespace: str = ""
    context: str = ""
    release: str = "airflow"


Judge = Callable[[Request], Iterable["Finding"]]
"""Yields what is wrong, or raises `NothingThere`, or another `AirflowKitError`."""


@dataclass(frozen=True, slots=True)
class Examination:
    """A part of a source that is examined, and fails, alone.

    Attributes:
        codes: The codes that it may find; it is left out where none of them is asked for.
        judge: The function.
        name: What it examines, for the message that it failed.
    """

    codes: tuple[str, ...]
    judge: Judge
    name: str


@dataclass(frozen=True, slots=True)
class Source:
    """Something that can be examined.

    Attributes:
        name: Its name in the register of codes.
        failure: The code of a part that could not be examined, such as `AD100`.
        examinations: Its parts. It is absent where each of them raises `NothingThere`.
    """

    name: str
    failure: str
    examinations: tuple[Examination, ...]
