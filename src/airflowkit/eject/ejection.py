"""Rewrites one file: a generator that yields contents to parse, and keeps them if its pods and DAGs are equal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import libcst as cst

from airflowkit.adopt.adoption import NOT_PYTHON, sentence_of, unprovable
from airflowkit.adopt.calls import RawCalls, lost_comments
from airflowkit.adopt.comparison import differences
from airflowkit.adopt.rewriting import rewritten
from airflowkit.adopt.task_lines import TaskLines
from airflowkit.checks.fixes.syntax import parsed
from airflowkit.checks.workers.contents import incomparable
from airflowkit.eject.alerts import TEAMS_FAILURE
from airflowkit.eject.changes import RECORD_FAILURE, RETRY_BY_CAUSE, Changes
from airflowkit.eject.layers import write_out
from airflowkit.eject.names import PACKAGE, POD_TASK, still_imports, taken, with_plain_imports
from airflowkit.errors import listed
from airflowkit.pods.spec.keywords import OF_THE_POD

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from airflowkit.adopt.comparison import Difference
    from airflowkit.checks.fixes.files import TextFile
    from airflowkit.checks.model.facts import FileFacts
    from airflowkit.settings import Settings


@dataclass(frozen=True, slots=True)
class Ejection:
    """What became of a file.

    Attributes:
        file: The file as it was read.
        text: What it becomes.
        pods: How many calls of `pod_task` are plain now.
        lost: What plain Airflow has nothing for, and was left out.
        objection: Why the file stays.
    """

    file: TextFile
    text: str
    pods: int = 0
    lost: tuple[str, ...] = ()
    objection: str = ""

    def refused(self, objection: str) -> Ejection:
        """Return that the file stays."""
        return Ejection(self.file, self.file.text, objection=objection)


def ejection(file: TextFile, settings: Settings) -> Generator[bytes, FileFacts, Ejection]:
    """Rewrite a file.

    Args:
        file: The file.
        settings: What `airflowkit.toml` says, with the profile in force.
    """
    stays = Ejection(file, file.text)
    source = parsed(file.text)
    if source is None:
        return stays.refused(NOT_PYTHON)
    if not still_imports(source.module):
        return stays
    found = RawCalls.of(source, POD_TASK)
    changes = Changes.of(found, settings)
    if objection := _hopeless(changes):
        return stays.refused(objection)
    before = yield file.encoded(file.text)
    if objection := _unproved(found, before):
        return stays.refused(objection)
    text, objection = _text(changes)
    if objection:
        return stays.refused(objection)
    after = yield file.encoded(text)
    if not incomparable(before, after) and _refused(changes, before, after):
        write_out(found, (before, after), settings.pod_layers, changes.arguments)
        text, objection = _text(changes)
        after = yield file.encoded(text)
    objection = objection or incomparable(before, after) or sentence_of(_refused(changes, before, after))
    return stays.refused(objection) if objection else Ejection(file, text, len(found.calls), tuple(changes.lost))


def _hopeless(changes: Changes) -> str:
    """Return why a file cannot change, whatever it makes."""
    unknown = [name.removeprefix(f"{PACKAGE}.") for name in changes.unknown()]
    if unknown:
        return f"it uses {listed(unknown, len(unknown))}, for which eject has nothing plain"
    return changes.objections[0] if changes.objections else ""


def _unproved(found: RawCalls, before: FileFacts) -> str:
    """Return why nothing would prove that a file's pods stay equal."""
    if objection := unprovable(before):
        return objection
    lines = TaskLines.of(before)
    hidden = [raw for raw in found.calls if not lines.is_shown(raw, found.calls)]
    return f"line {hidden[0].line}: {lines.why_not(hidden[0])}" if hidden else ""


def _text(changes: Changes) -> tuple[str, str]:
    """Return what a file becomes, and why it must not."""
    before = changes.found.source.module
    bare = rewritten(before, [changes.rewrites])
    after = with_plain_imports(before, bare)
    lost = lost_comments(before, cst.parse_module(after.code))
    if lost:
        return after.code, f"the comment {next(iter(lost))!r} would be lost"
    if names := taken(changes.found, bare):
        return after.code, f"{listed(names)} already means something else in it"
    return after.code, "it would still import airflowkit" if still_imports(after) else ""


def _refused(changes: Changes, before: FileFacts, after: FileFacts) -> list[Difference]:
    """Return the differences that matter, and that nobody was told of."""
    accepted = {name for lost in changes.lost for name in _ACCEPTED.get(lost, ())}
    found = [it for it in differences(before, after) if accepted.isdisjoint(it.field.split("."))]
    return [it for it in found if not _is_shown_by_pods(it)]


_ACCEPTED: Final[Mapping[str, tuple[str, ...]]] = {
    RETRY_BY_CAUSE: ("retry_policy", "has_retry_policy"),
    TEAMS_FAILURE: ("on_failure_callback", "on_retry_callback"),
    RECORD_FAILURE: ("on_failure_callback", "has_on_failure_callback"),
}
"""The fields that change with what is lost."""


def _is_shown_by_pods(difference: Difference) -> bool:
    """Return whether the pods show what a change of `default_args` does: there another class is another text."""
    parts = difference.field.split(".")
    return parts[0] == "default_args" and bool(OF_THE_POD & set(parts))
