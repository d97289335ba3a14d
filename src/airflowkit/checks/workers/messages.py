"""What the parent, the zygote and the workers say to each other."""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from airflowkit.checks.model.facts import FileFacts
    from airflowkit.settings import Check

FORK: Final = "fork"
"""Parent to zygote: fork a worker on the connection that follows. A number instead: tell how that worker ended."""


@dataclass(frozen=True, slots=True)
class Job:
    """What the parent tells a worker: check this file.

    Attributes:
        path: The file.
        folder: Its DAG folder, which Airflow puts on `sys.path`.
        options: What `[check]` says.
        serialize: Whether to tell what the DAG processor would write to the database.
        evidence: Whether to tell what else each task does, for the proof of `--fix`.
        content: What to take for the file's content, which `--fix` has not written yet.
    """

    path: str
    folder: str
    options: Check
    serialize: bool = False
    evidence: bool = False
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker tells the parent of a file.

    Attributes:
        facts: The file's.
        last: Whether the worker ends now, since the file spoilt it.
    """

    facts: FileFacts
    last: bool

    def as_bytes(self) -> bytes:
        """Return what `Connection.recv` makes an answer of, whatever kinds of text the file has made up."""
        content = io.BytesIO()
        _Plain(content, pickle.HIGHEST_PROTOCOL).dump(self)
        return content.getvalue()


class _Plain(pickle.Pickler):
    """Writes an id that is a member of the file's own enumeration as the plain text that it is to Airflow."""

    def reducer_override(self, thing: object) -> Any:
        """Return how to make a thing anew, where its own class does not say."""
        ours = type(thing).__module__.startswith("airflowkit.")
        return (str, (str.__str__(thing),)) if isinstance(thing, str) and not ours else NotImplemented
