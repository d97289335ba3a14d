"""The exceptions that airflowkit raises, all under one base class.

    AirflowKitError
    ├── SettingsError (ValueError)      airflowkit.toml cannot be read or says something impossible
    ├── PresetNotFound (LookupError)    a preset's name that nobody defined
    ├── PodSpecError (ValueError)       a pod that Kubernetes would refuse, or that would not do what was meant
    ├── PodFailed (RuntimeError)        a pod ended badly; its first line says why
    ├── DagLoadError (ImportError)      a DAG file cannot be imported
    ├── DagNotFound (LookupError)       no DAG of that id
    ├── NoSuchPath (FileNotFoundError)  a folder or file to check that does not exist
    ├── NoDagFile (ValueError)          a file that cannot hold a DAG
    ├── BadIgnoreFile (ValueError)      an .airflowignore that Airflow could not read
    ├── WorkersUnavailable (RuntimeError)  Airflow cannot be imported
    ├── UnknownRule (LookupError)       a code or name that no rule has
    ├── FixFailed (OSError)             a file that `check --fix` cannot read or write
    ├── BaselineNotWritten (OSError)    the baseline's file cannot be written
    ├── LocalRunError (RuntimeError)    this computer cannot run the pod
    ├── ScaffoldError (ValueError)      a name or a place that cannot become a DAG or a repository
    └── DeliveryError (RuntimeError)    a card did not reach Teams; it never leaves a callback

Each message says what is wrong and where; `hint` says what to do about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class AirflowKitError(Exception):
    """The base of every exception of airflowkit.

    Args:
        message: What is wrong, with the value and the place.
        hint: What to do about it.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        if not self.hint:
            return self.message
        stop = "" if self.message.endswith((".", "!", "?", "…")) else "."
        return f"{self.message}{stop} {self.hint}"

    def __reduce__(self) -> tuple[object, ...]:
        return (_restore, (type(self), self.args, self.__dict__.copy()))


class SettingsError(AirflowKitError, ValueError):
    """`airflowkit.toml` cannot be read, or says something impossible."""


class PresetNotFound(AirflowKitError, LookupError):  # noqa: N818  named as LookupErrors are
    """A preset that neither airflowkit nor `airflowkit.toml` defines."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a pod.

    Attributes:
        field: The path of the argument, such as `secrets[1].mount_path`.
        value: The offending value's `repr`, shortened; never a secret's content.
        reason: Why it is wrong.
        hint: What to write instead.
        dag_id: The DAG, or an empty string outside one.
        task_id: The task.
    """

    field: str
    value: str
    reason: str
    hint: str = ""
    dag_id: str = ""
    task_id: str = ""

    def __str__(self) -> str:
        text = f"{self.field} = {self.value}: {self.reason}" if self.value else f"{self.field}: {self.reason}"
        return f"{text}; {self.hint}" if self.hint else text


class PodSpecError(AirflowKitError, ValueError):
    """A pod that Kubernetes would refuse, or that would silently do something else than what was meant.

    Attributes:
        problems: Every problem of the task, in the order of its arguments.
    """

    def __init__(self, problems: Iterable[Problem], *, where: str = "") -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        task = f"DAG {first.dag_id!r}, task {first.task_id!r}" if first.dag_id else f"task {first.task_id!r}"
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{where or task}: {counted(len(self.problems), 'problem')}\n{lines}")


class PodFailed(AirflowKitError, RuntimeError):  # noqa: N818  Airflow's names for outcomes have no Error either
    """A pod ended badly; the message's first line says why in words.

    Attributes:
        diagnosis: The same as data, an `airflowkit.pods.diagnostics.diagnosis.Diagnosis`.
    """

    diagnosis: object = None


class DagLoadError(AirflowKitError, ImportError):
    """A DAG file cannot be imported."""


class DagNotFound(AirflowKitError, LookupError):  # noqa: N818  as Airflow's own
    """No DAG of that id in the folder."""


class LocalRunError(AirflowKitError, RuntimeError):
    """This computer cannot run the pod as it is written."""


class NoSuchPath(AirflowKitError, FileNotFoundError):  # noqa: N818  named as the built-in exceptions are
    """A folder or file to check that does not exist."""


class NoDagFile(AirflowKitError, ValueError):  # noqa: N818  named as the built-in exceptions are
    """A file that cannot hold a DAG."""


class BadIgnoreFile(AirflowKitError, ValueError):  # noqa: N818  named as the built-in exceptions are
    """An `.airflowignore` at which Airflow's own discovery of DAG files ends."""


class WorkersUnavailable(AirflowKitError, RuntimeError):  # noqa: N818  named as the built-in exceptions are
    """Airflow cannot be imported at all."""


class UnknownRule(AirflowKitError, LookupError):  # noqa: N818  named as the built-in exceptions are
    """A code that no rule has."""


class FixFailed(AirflowKitError, OSError):  # noqa: N818  named as the built-in exceptions are
    """A file that `--fix` leaves as it is."""


class BaselineNotWritten(AirflowKitError, OSError):  # noqa: N818  named as the built-in exceptions are
    """A baseline that cannot be written."""


class ScaffoldError(AirflowKitError, ValueError):
    """A name or a place that cannot become a DAG or a repository."""


class DeliveryError(AirflowKitError, RuntimeError):
    """A card did not reach Teams. It never leaves a callback."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `did you mean 'x'?` for the nearest known name, or an empty string."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else ""


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _restore(cls: type[AirflowKitError], args: tuple[object, ...], state: dict[str, object]) -> AirflowKitError:
    """Rebuild an exception that crossed a process boundary, whatever its constructor takes."""
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error
