"""Rewrites one file: a generator that yields contents to parse, and keeps them if its pods and DAGs are equal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import libcst as cst

from airflowkit.adopt.adoption import NOT_PYTHON, sentence_of, unprovable
from airflowkit.adopt.calls import RawCalls, lost_comments
from airflowkit.adopt.comparison import differences
from airflowkit.adopt.dependents import imported_names
from airflowkit.adopt.rewriting import rewritten
from airflowkit.adopt.task_lines import TaskLines
from airflowkit.checks.fixes.syntax import parsed
from airflowkit.checks.workers.contents import incomparable
from airflowkit.eject.alerts import TEAMS_FAILURE
from airflowkit.eject.changes import RECORD_FAILURE, RETRY_BY_CAUSE, Changes
from airflowkit.eject.layers import write_out
from airflowkit.eject.names import PACKAGE, POD_TASK, imported_of_ours, taken, with_plain_imports
from airflowkit.errors import listed
from airflowkit.pods.spec.keywords import OF_THE_POD
from airflowkit.repository import from_here

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

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
        needed_by: The modules that it imports, and that still need airflowkit.
        objection: Why the file stays.
    """

    file: TextFile
    text: str
    pods: int = 0
    lost: tuple[str, ...] = ()
    needed_by: tuple[str, ...] = ()
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
    if not imported_of_ours(source.module):
        return stays
    found = RawCalls.of(source, POD_TASK)
    changes = Changes.of(found, settings)
    if objection := _hopeless(changes):
        return stays.refused(objection)
    before = yield file.encoded(file.text)
    text, objection = _text(changes)
    if objection := _unproved(found, before) or objection:
        return stays.refused(objection)
    after = yield file.encoded(text)
    if not incomparable(before, after) and _refused(changes, before, after):
        write_out(found, (before, after), settings.pod_layers, changes.arguments)
        text, objection = _text(changes)
        after = yield file.encoded(text)
    objection = objection or _changed(changes, before, after)
    if objection:
        return stays.refused(objection)
    return Ejection(file, text, len(found.calls), tuple(changes.lost), tuple(_needed_by(text, after)))


def _needed_by(text: str, after: FileFacts) -> Iterator[str]:
    """Yield the modules that a file imports, directly or through others, and that import airflowkit themselves."""
    modules = [path for path in map(Path, after.sources) if path.suffix == ".py" and path.is_file()]
    left = {path: path.read_text(encoding="utf-8", errors="replace") for path in modules if str(path) != after.path}
    texts = [text]
    while texts:
        parts = {part for name in imported_names(texts.pop()) for part in name.split(".")}
        for path in [it for it in left if (it.parent.name if it.stem == "__init__" else it.stem) in parts]:
            texts.append(left.pop(path))
            source = parsed(texts[-1])
            if source is not None and imported_of_ours(source.module):
                yield from_here(path).as_posix()


def _hopeless(changes: Changes) -> str:
    """Return why a file cannot change, whatever it makes."""
    unknown = [name.removeprefix(f"{PACKAGE}.") for name in changes.unknown()]
    if unknown:
        return f"it uses {listed(unknown, len(unknown))}, for which eject has nothing plain"
    if f"{PACKAGE}.*" in imported_of_ours(changes.found.source.module):
        return f"it imports * from {PACKAGE}, and nothing tells which names are from there: import them by name"
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
    left = imported_of_ours(after)
    return after.code, f"it would still import {listed(left)}" if left else ""


def _changed(changes: Changes, before: FileFacts, after: FileFacts) -> str:
    """Return what a file does otherwise afterwards, or the likely reason: what nobody could follow."""
    if not (objection := incomparable(before, after) or sentence_of(_refused(changes, before, after))):
        return ""
    is_of_amounts = "could not be imported" not in objection or _AMOUNTS in objection
    if changes.unfollowed and is_of_amounts:
        return f"line {changes.unfollowed[0]}: only the run of the file knows these resources: write them out there"
    lines = changes.found.passed_on
    return f"line {lines[0]}: pod_task is a value there, and nothing tells what calls it" if lines else objection


_AMOUNTS: Final = "operator_resources"
"""The module of Airflow whose class refuses amounts that are no longer ours to read."""


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
    """Return whether the pods show what a change of defaults, or of what a task is mapped over, does."""
    parts = difference.field.split(".")
    return parts[0] in ("default_args", "expand_input") and bool(OF_THE_POD & set(parts))
