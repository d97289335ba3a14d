"""What the pool and its workers send each other."""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass, replace
from datetime import datetime  # noqa: TC003  a dataclass's annotations are read
from typing import TYPE_CHECKING, Any

from airflowkit.checks.model.facts import FileFacts
from airflowkit.checks.model.failures import OF_NO_RULE, failed
from airflowkit.checks.model.findings import Place
from airflowkit.stand_ins.marks import is_stand_in

if TYPE_CHECKING:
    from airflowkit.setting_sections import Check


@dataclass(frozen=True, slots=True)
class Job:
    """A file for a worker to check.

    Attributes:
        path: The file.
        folder: Its DAG folder, which Airflow puts on `sys.path`.
        options: What `[check]` says.
        serialize: Whether to return what the DAG processor would write to the database.
        evidence: Whether to return what else each task does, for the proof of `--fix`.
        contract: Whether to return what each task needs of the cluster.
        outlined: From when on to count the next runs of a DAG's outline, by which two states of it are compared; None
            for no outline.
        tolerant: Whether to provide names and arguments that Airflow no longer has; the worker ends with this job.
        judged: Whether the rules judge its DAGs; a second parse is only compared with the first.
        content: What to take for the file's content, which `--fix` has not written yet.
    """

    path: str
    folder: str
    options: Check
    serialize: bool = False
    evidence: bool = False
    contract: bool = False
    outlined: datetime | None = None
    tolerant: bool = False
    judged: bool = True
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker reports about a file.

    Attributes:
        facts: The file's.
        last: Whether the worker ends now, because the file may have contaminated it.
    """

    facts: FileFacts
    last: bool

    def as_bytes(self) -> bytes:
        """Return what `Connection.recv` unpickles, even if the file has subclasses of `str` of its own.

        Facts that cannot be sent are a bug of airflowkit, and are reported as one.
        """
        try:
            return _pickled(self)
        except Exception as error:  # noqa: BLE001  foreign objects raise anything when they are pickled
            path = self.facts.path
            finding = failed("sending what it found", error, OF_NO_RULE, Place(path))
            return _pickled(replace(self, facts=FileFacts(path, findings=(finding,))))


def _pickled(answer: Answer) -> bytes:
    content = io.BytesIO()
    _Plain(content, pickle.HIGHEST_PROTOCOL).dump(answer)
    return content.getvalue()


class _Plain(pickle.Pickler):
    """Writes an id that is a member of the file's own enumeration as the plain text that it is to Airflow."""

    def reducer_override(self, thing: object) -> Any:
        """Return how to rebuild a thing whose class the parent does not have; a stand-in becomes plain."""
        if isinstance(thing, str) and (is_stand_in(thing) or not type(thing).__module__.startswith("airflowkit.")):
            return str, (str.__str__(thing),)
        if isinstance(thing, int) and is_stand_in(thing):
            return int, (int(thing),)
        return NotImplemented
