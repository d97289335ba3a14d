"""Two sides of a repository, parsed and compared: what changes, what cannot be compared, what differs by itself."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from airflowkit.compare.changes import Change, Unknown, changes, unknown
from airflowkit.compare.fields import Kind
from airflowkit.compare.masking import masked
from airflowkit.compare.revisions import WORK_TREE, Side, ignored_by_git
from airflowkit.compare.state import Parser, State, placeless
from airflowkit.errors import AirflowKitError, RevisionError
from airflowkit.redaction import mask_shapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from airflowkit.compare.state import Opened


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a push changes.

    Attributes:
        before: The older side.
        after: The newer side.
        changes: What differs; no value of it is a secret.
        unknown: Files whose DAGs cannot be compared.
        unstable: What differs at each parse, so that nobody can say whether it changes.
        borrowed: Modules that files of an older commit take from the work tree, because they are installed here.
    """

    before: Side
    after: Side
    changes: tuple[Change, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    unstable: tuple[Change, ...] = ()
    borrowed: tuple[tuple[str, str], ...] = ()


def compare(before: Side, after: Side, home: Path) -> Comparison:
    """Parse both sides, each with its own settings and helper modules, and compare them.

    Args:
        before: The older side.
        after: The newer side.
        home: The user's repository, of which a side may be a copy.

    Raises:
        RevisionError: The settings of a side are wrong.
    """
    parser = Parser()
    of_copy = replace(parser, home=home)
    of_newer = of_copy if after.commit else replace(parser, skipped=partial(ignored_by_git, home))
    with ExitStack() as stack:  # both import Airflow at the same time
        one, other = _opened(stack, of_copy, before), _opened(stack, of_newer, after)
        older, newer = _state_beside(one, other), _state_beside(other, one)
        found = changes(older, newer)
        steady, unstable = parted(found, _changes_of_one(other, newer, found))
    borrowed = {(path, name) for state in (older, newer) for path, names in state.borrowed.items() for name in names}
    return Comparison(
        before=before,
        after=after,
        changes=tuple(map(masked, steady)),
        unknown=tuple(replace(file, reason=mask_shapes(file.reason)) for file in unknown(older, newer)),
        unstable=tuple(masked(change) for change in unstable if change.kind is not Kind.IMPORT_TIME),
        borrowed=tuple(sorted(borrowed)),
    )


def _opened(stack: ExitStack, parser: Parser, side: Side) -> Opened:
    try:
        return stack.enter_context(parser.opened(side.root))
    except AirflowKitError as error:
        if side.name == WORK_TREE:
            raise
        message = placeless(error.message, side.root)
        raise RevisionError(f"{side} cannot be compared: {message}", hint=error.hint) from None


def _state_beside(opened: Opened, other: Opened) -> State:
    """Return a state; that of a repository whose DAG folder only the other side has is empty."""
    return opened.state() if opened.has_folder or not other.has_folder else State()


def _changes_of_one(opened: Opened, newer: State, found: Iterable[Change]) -> tuple[Change, ...]:
    """Return what differs between two parses of one side; only files of which something changes are parsed again."""
    paths = {change.path for change in found if change.path in newer.seconds}
    return changes(newer.of_files(paths), opened.state(paths)) if paths else ()


def parted(found: Sequence[Change], again: Sequence[Change]) -> tuple[list[Change], list[Change]]:
    """Part what differs between two sides into what does so for good, and what differs at each parse.

    Args:
        found: What differs between the sides.
        again: What differs between two parses of the newer one.
    """
    moving = {_identity(change) for change in again}
    renaming = {change.path for change in again if change.is_of_whole_dag}  # the ids of their DAGs are made anew
    parts: tuple[list[Change], list[Change]] = [], []
    for change in found:
        is_unstable = _identity(change) in moving or (change.is_of_whole_dag and change.path in renaming)
        parts[is_unstable].append(change)
    return parts


def _identity(change: Change) -> tuple[str, ...]:
    return change.kind, change.dag_id, change.task_id, change.field, "" if change.dag_id else change.path
