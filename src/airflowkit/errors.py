"""All exceptions of airflowkit, under one base class.

    AirflowKitError
    ├── SettingsError (ValueError)          airflowkit.toml is not valid
    ├── PresetNotFound (LookupError)        no such preset
    ├── PodSpecError (ValueError)           a pod is not valid
    ├── PodFailed (RuntimeError)            a pod failed
    ├── NoSuchPath (FileNotFoundError)      no such folder or file
    ├── NoDagFile (ValueError)              a file or folder has no DAG file
    ├── DagNotFound (LookupError)           no such DAG or task
    ├── DagLoadError (ImportError)          a DAG file cannot be imported
    ├── BadIgnoreFile (ValueError)          an .airflowignore is not valid
    ├── BadImporter (ValueError)            [dag_processor] dag_importer_configs is not valid
    ├── UnknownRule (LookupError)           no such rule
    ├── FixFailed (OSError)                 a file cannot be fixed
    ├── BaselineNotWritten (OSError)        a baseline cannot be written
    ├── CannotWatch (OSError)               the files of a repository cannot be watched
    ├── WorkersUnavailable (RuntimeError)   Airflow cannot be imported
    ├── LocalRunError (RuntimeError)        a local run is not possible, or was cut short
    ├── ScaffoldError (ValueError)          a DAG or repository cannot be created
    ├── BrokenTemplate (ValueError)         a team's own template of a DAG cannot be used
    ├── SecretsError (ValueError)           the Secrets of a deployment cannot be made, applied or checked
    ├── ValuesError (ValueError)            a Helm values file cannot be used
    ├── RevisionError (ValueError)          a revision of a git repository cannot be compared
    ├── UpgradeError (ValueError)           the environment of another Airflow cannot be made or used
    ├── NothingThere (LookupError)          a source of `doctor` does not exist here
    ├── ContractError (ValueError)          a kept contract cannot be read, or is not one
    ├── ClusterError (RuntimeError)         a cluster, or an export of one, cannot be examined
    ├── ConnectionsError (ValueError)       connections or users are not valid
    ├── DeliveryError (RuntimeError)        a card was not delivered
    └── AirflowApiError (RuntimeError)      Airflow's API did not answer, or refused

Each message says what is wrong and where; `hint` says what to do about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from airflowkit.causes import Cause

_WIDTH: Final = 80
_LONGEST_NAME: Final = 300
"""The comparison takes time that grows with the length, and nobody means a known name by a longer one."""


class AirflowKitError(Exception):
    """The base class of all exceptions of airflowkit.

    Args:
        message: What is wrong, with the value and the place.
        hint: What to do about it.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return with_hint(self.message, self.hint)

    def __reduce__(self) -> tuple[object, ...]:
        return (_restore, (type(self), self.args, self.__dict__.copy()))


class SettingsError(AirflowKitError, ValueError):
    """`airflowkit.toml` cannot be read, or contains something that is not valid."""


class PresetNotFound(AirflowKitError, LookupError):  # noqa: N818  as the built-in exceptions are named
    """Neither airflowkit nor `airflowkit.toml` defines a preset with that name."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a pod.

    Attributes:
        field: The path of the argument, such as `secrets[1].mount_path`.
        value: The `repr` of the offending value, shortened; never a secret.
        reason: Why it is wrong.
        hint: What to write instead.
        dag_id: The DAG; empty outside of one.
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
    """A pod that Kubernetes would reject, or that would silently do something else than intended.

    Attributes:
        problems: Every problem of the task, in the order of its arguments.
    """

    def __init__(self, problems: Iterable[Problem], *, where: str = "") -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        task = f"DAG {first.dag_id!r}, task {first.task_id!r}" if first.dag_id else f"task {first.task_id!r}"
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{where or task}: {counted(len(self.problems), 'problem')}\n{lines}")


class PodFailed(AirflowKitError, RuntimeError):  # noqa: N818  as Airflow's names for outcomes
    """A pod failed; the first line of the message says why.

    Attributes:
        diagnosis: The same with the log, an `airflowkit.pods.diagnostics.diagnosis.Diagnosis`.
    """

    diagnosis: object = None

    @property
    def cause(self) -> Cause:
        """Why, as data: equal to its code, such as `out-of-memory`."""
        from airflowkit.causes import Cause, CauseCode  # noqa: PLC0415  the command's start needs none of it

        found = getattr(self.diagnosis, "cause", None)
        return found if isinstance(found, Cause) else Cause(CauseCode.UNKNOWN, self.message, self.hint)


class NoSuchPath(AirflowKitError, FileNotFoundError):  # noqa: N818  as the built-in exceptions are named
    """A folder or file does not exist."""


class NoDagFile(AirflowKitError, ValueError):  # noqa: N818  as the built-in exceptions are named
    """A file cannot contain a DAG, or a folder has no file that can."""


class DagNotFound(AirflowKitError, LookupError):  # noqa: N818  as Airflow's own
    """The DAG folder has no such DAG, or the DAG no such task."""


class DagLoadError(AirflowKitError, ImportError):
    """A DAG file cannot be imported."""


class BadIgnoreFile(AirflowKitError, ValueError):  # noqa: N818  as the built-in exceptions are named
    """An `.airflowignore` is not valid, so that Airflow itself would find no DAG files."""


class BadImporter(AirflowKitError, ValueError):  # noqa: N818  as the built-in exceptions are named
    """An importer of DAG files is configured that cannot be used, so that Airflow itself would find no DAG files."""


class UnknownRule(AirflowKitError, LookupError):  # noqa: N818  as the built-in exceptions are named
    """No rule has that code or name."""


class FixFailed(AirflowKitError, OSError):  # noqa: N818  as the built-in exceptions are named
    """A file cannot be read or written by `check --fix`, which leaves it unchanged."""


class BaselineNotWritten(AirflowKitError, OSError):  # noqa: N818  as the built-in exceptions are named
    """A baseline file cannot be written."""


class CannotWatch(AirflowKitError, OSError):  # noqa: N818  as the built-in exceptions are named
    """The files of a repository cannot be watched for changes."""


class WorkersUnavailable(AirflowKitError, RuntimeError):  # noqa: N818  as the built-in exceptions are named
    """The worker processes of `airflowkit check` cannot import Airflow."""


class LocalRunError(AirflowKitError, RuntimeError):
    """This computer cannot run a DAG or a pod, or a run was cut short."""


class ScaffoldError(AirflowKitError, ValueError):
    """A DAG or repository cannot be created with that name or in that place."""


class BrokenTemplate(AirflowKitError, ValueError):  # noqa: N818  as Airflow's own `Broken DAG`
    """A team's own template of a DAG cannot be used; the message begins with its file and line."""


class SecretsError(AirflowKitError, ValueError):
    """The Secrets of a deployment cannot be made, applied or checked; the message never contains a value."""


class ValuesError(AirflowKitError, ValueError):
    """A Helm values file cannot be read, or is not one. The message quotes nothing of the file."""


class RevisionError(AirflowKitError, ValueError):
    """There is no git repository here, no such revision, or git cannot write its files."""


class UpgradeError(AirflowKitError, ValueError):
    """There is no environment with the other Airflow, or it cannot parse the DAG files."""


class NothingThere(AirflowKitError, LookupError):  # noqa: N818  it is no error
    """A source does not exist here, such as a running Airflow; the message says so, and the hint how to name one.

    Any other `AirflowKitError` of a source means that it exists and cannot be examined, which is a finding.
    """


class ContractError(AirflowKitError, ValueError):
    """A kept contract cannot be read, or is not one.

    Args:
        where: The file.
        line: The line that is wrong.
        reason: What is wrong with it.
        hint: What to do about it.
    """

    def __init__(self, where: str, line: int, reason: str, hint: str = "") -> None:
        super().__init__(f"{where}:{line}: {reason}", hint=hint)
        self.where = where
        self.line = line
        self.reason = reason


class ClusterError(AirflowKitError, RuntimeError):
    """A cluster, or an export of one, cannot be examined, or only in part."""


class ConnectionsError(AirflowKitError, ValueError):
    """Connections or users are not valid, or one of their values cannot be had."""


class DeliveryError(AirflowKitError, RuntimeError):
    """A card was not delivered to Teams; raised by tasks and `send_card`, and only logged by callbacks."""


class AirflowApiError(AirflowKitError, RuntimeError):
    """Airflow's REST API does not answer a task, or refuses."""


def with_hint(message: str, hint: str) -> str:
    """Return a message with what to do about it, as one sentence where neither is one already."""
    if not hint:
        return message
    if message.endswith((".", "!", "?", "…")):
        return f"{message} {hint}"
    return f"{message}. {hint}" if hint[0].isupper() else f"{message}; {hint}"


def did_you_mean(name: object, known: Iterable[object]) -> str:
    """Return `did you mean 'x'?` for the closest known name, or an empty string; a foreign name may be anything."""
    if not isinstance(name, str) or len(name) > _LONGEST_NAME:
        return ""
    close = get_close_matches(name, list(map(str, known)), n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else ""


def slip_of(name: object, known: Iterable[object]) -> str:
    """Return the known name of which another can only be a misspelling, or an empty string: `retires` is `retries`.

    A longer name, as `owners` beside `owner`, may be meant.
    """
    near = [str(each) for each in known if not str(name).startswith(str(each))]
    return next(iter(get_close_matches(str(name), near, n=1, cutoff=0.85)), "")


def shown(value: object) -> str:
    """Return a value as Python writes it, shortened; its type where that fails: a class of the user's may raise."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001  also of a value too deep
        return f"<{type(value).__name__}>"
    return text if len(text) <= _WIDTH else f"{text[:60]}…{text[-16:]}"


def message_of(error: object) -> str:
    """Return what an exception says; nothing where that fails: a class of the user's may raise."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001  any __str__
        return ""


def chain(error: Any, behind: Callable[[Any], Any]) -> Iterator[Any]:
    """Yield an exception and those behind it, each once: they may form a circle.

    Args:
        error: The exception, or None.
        behind: Returns what is behind one of them, or None: its cause, or what was being handled when it was raised.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = behind(error)


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return the first names, and how many more there are: `a, b, c and 38 more`."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 file`, `2 files`, `3 tries`, `4 days`."""
    several = f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s"
    return f"{number} {noun if number == 1 else several}"


def agreeing(number: int, verb: str) -> str:
    """Return a verb as it stands after so many things: `needs` after one, `need` after several."""
    return f"{verb}s" if number == 1 else verb


def _restore(cls: type[AirflowKitError], args: tuple[object, ...], state: dict[str, object]) -> AirflowKitError:
    """Rebuild an exception that crossed a process boundary, whatever its constructor takes."""
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error
