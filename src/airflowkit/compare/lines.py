"""A comparison as short lines for people: what is the same for many tasks comes once."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from airflowkit.checks.comparison import excerpts
from airflowkit.checks.reports.folding import printable
from airflowkit.compare.changes import Change, What, Where
from airflowkit.compare.fields import NEXT_RUNS, Kind
from airflowkit.compare.pod_fields import PRESENT
from airflowkit.errors import counted, listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from airflowkit.compare.changes import Unknown
    from airflowkit.compare.comparison import Comparison

ADDED: Final = "+"
REMOVED: Final = "-"
CHANGED: Final = "~"
_SIGNS: Final = {What.ADDED: ADDED, What.REMOVED: REMOVED, What.CHANGED: CHANGED, What.RENAMED: CHANGED}
_LONG: Final = 40
_LONGEST: Final = 120
_IMPORTED: Final = ("cannot be imported from now on", "could not be imported before")
_WORDS: Final = {
    (Where.BOTH, False): ("", "cannot be compared"),
    (Where.AFTER, False): (REMOVED, "can no longer be compared"),
    (Where.AFTER, True): (ADDED, "new, and cannot be compared"),
    (Where.BEFORE, False): (ADDED, "could not be compared before"),
    (Where.BEFORE, True): (REMOVED, "gone, and what it had is not known"),
}

Place = tuple[str, str]
_Key = tuple[str, ...]


class Line(NamedTuple):
    """A line.

    Attributes:
        sign: `+`, `-`, `~`, or empty for a heading or a note.
        text: The line without it.
        depth: How far it is indented.
    """

    sign: str
    text: str
    depth: int = 0


def lines_of(comparison: Comparison) -> list[Line]:
    """Return a comparison as lines; none if nothing changes, and everything could be compared."""
    borrowed = (
        Line("", f"{path} imports {name} of the work tree at each commit: it is installed here")
        for path, name in comparison.borrowed
    )
    found = lines_of_changes(comparison.changes, comparison.unknown, comparison.unstable)
    return list(map(as_one_line, (*found, *borrowed)))


def lines_of_changes(
    changes: Sequence[Change], unknown: Sequence[Unknown], unstable: Sequence[Change]
) -> Iterator[Line]:
    """Yield what changes, what cannot be compared, and what differs at each parse."""
    yield from _whole_dags(changes)
    yield from _fields(changes)
    yield from _needs(changes)
    yield from _import_times(changes)
    yield from _import_errors(changes, {file.path for file in unknown})
    yield from _unknown(unknown)
    yield from _unstable(unstable)


def as_one_line(line: Line) -> Line:
    """Return a line that stays one, and does not command the terminal, whatever a DAG file has written into it."""
    return line._replace(text=printable(line.text).replace("\n", " "))


def summary(comparison: Comparison) -> str:
    """Return the counts in a line, or that nothing changes."""
    dags: dict[What, set[str]] = defaultdict(set)
    for change in comparison.changes:
        if change.dag_id:
            dags[change.what if change.is_of_whole_dag else What.CHANGED].add(change.dag_id)
    counts = [f"{counted(len(dags[what]), 'DAG')} {what}" for what in What if dags[what]]
    pods = {change.place for change in comparison.changes if change.kind is Kind.POD}
    counts += [f"{counted(len(pods), 'pod')} changed"] if pods else []
    for what, became in ((What.ADDED, "new import error"), (What.REMOVED, "former import error")):
        errors = [change for change in comparison.changes if change.kind is Kind.IMPORT and change.what is what]
        counts += [counted(len(errors), became)] if errors else []
    if not comparison.changes:
        return "nothing changes, as far as it can be compared" if comparison.unknown else "nothing changes"
    return ", ".join(counts) or "what the tasks need changes"


def _whole_dags(changes: Iterable[Change]) -> Iterator[Line]:
    for change in changes:
        if not change.is_of_whole_dag:
            continue
        if change.what is What.RENAMED:
            text = f"DAG {change.before} is called {change.after} now: to Airflow a new one, without runs and history"
        else:
            text = f"DAG {change.dag_id} ({change.path}: {change.note})"
        yield Line(_SIGNS[change.what], text)


def _fields(changes: Iterable[Change]) -> Iterator[Line]:
    """Yield what changes within DAGs, DAG by DAG; what is the same in several DAGs comes last, once."""
    inner = [change for change in changes if change.dag_id and not change.is_of_whole_dag]
    places: dict[_Key, list[Change]] = defaultdict(list)
    for change in inner:
        places[_key(change)].append(change)
    shared = {key for key, same in places.items() if len({change.dag_id for change in same}) > 1}
    by_dag: dict[str, dict[_Key, list[Change]]] = defaultdict(dict)
    for key, same in places.items():
        if key not in shared:
            by_dag[same[0].dag_id][key] = same
    for dag_id, own in sorted(by_dag.items()):
        path = next(same[0].path for same in own.values())
        yield Line("", f"{dag_id} ({path})")
        yield from _grouped(own, 1)
    yield from _grouped({key: same for key, same in places.items() if key in shared}, 0)


def _key(change: Change) -> _Key:
    """Return what is equal for two changes that are shown together; a task or an edge of its own never is."""
    where = change.place if change.kind is Kind.EDGE or not change.field else ("", "task" if change.task_id else "")
    return (change.kind, change.what, change.field, change.before or "", change.after or "", *where)


def _grouped(same: dict[_Key, list[Change]], depth: int) -> Iterator[Line]:
    """Yield the changes of the same tasks below their names; those of a DAG itself, its tasks and edges have none."""
    by_places: dict[tuple[Place, ...], list[Change]] = defaultdict(list)
    for changes in same.values():
        of_dag = depth and (not changes[0].task_id or not changes[0].field)
        by_places[() if of_dag else tuple(change.place for change in changes)].append(changes[0])
    for places, changes in sorted(by_places.items(), key=lambda item: item[0] != ()):
        if places:
            names = [task if depth and task else ".".join(filter(None, (dag, task))) for dag, task in places]
            yield Line("", listed(names), depth)
        for change in changes:
            if change.kind is not Kind.CODE:
                yield from _of_field(change, depth + bool(places))
        if codes := [change.field for change in changes if change.kind is Kind.CODE]:
            yield Line(CHANGED, f"runs other code: {listed(codes, 5)}", depth + bool(places))


def _of_field(change: Change, depth: int) -> Iterator[Line]:
    sign = _SIGNS[change.what]
    if not change.field:
        note = f" ({change.note})" if change.note else ""
        yield Line(sign, f"task {change.task_id}{note}", depth)
    elif change.kind is Kind.EDGE:
        yield Line(sign, change.field, depth)
    elif change.kind is Kind.FILE:
        yield Line(sign, f"{change.field} has another content" if sign == CHANGED else change.field, depth)
    else:
        yield from _of_values(change, _name(change), depth)


def _name(change: Change) -> str:
    return f"at once, its pods may request {change.field}" if change.kind is Kind.PEAK else change.field


def _of_values(change: Change, name: str, depth: int) -> Iterator[Line]:
    before, after = change.before, change.after
    if before is None or after is None:
        value = (after if before is None else before) or PRESENT
        yield Line(_SIGNS[change.what], f"{name}: {_short(value)}" if value else name, depth)
        return
    if change.field != NEXT_RUNS.name:
        before, after = excerpts(before, after)
    if before == after:
        yield Line(CHANGED, f"{name}: another value{f' ({change.note})' if change.note else ''}", depth)
    elif max(len(before), len(after)) > _LONG:
        yield Line(REMOVED, f"{name}: {before}", depth)
        yield Line(ADDED, f"{name}: {after}", depth)
    else:
        yield Line(CHANGED, f"{name}: {before} → {after}", depth)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 20]}…{text[-19:]}"


def _needs(changes: Iterable[Change]) -> Iterator[Line]:
    needs = [change for change in changes if change.kind is Kind.NEED]
    for what, title in ((What.ADDED, "Needed from now on"), (What.REMOVED, "No longer needed")):
        found = [change for change in needs if change.what is what]
        if found:
            yield Line("", f"{title}:")
        for change in found:
            tasks = (change.after or change.before or "").split(", ")
            note = f"; {change.note}" if change.note else ""
            yield Line(_SIGNS[what], f"{change.field} ({listed(tasks)}{note})", 1)


def _import_times(changes: Iterable[Change]) -> Iterator[Line]:
    for change in changes:
        if change.kind is Kind.IMPORT_TIME:
            yield Line(CHANGED, f"{change.path} takes {change.after} of CPU time to import; before, {change.before}")


def _import_errors(changes: Iterable[Change], unknown: Collection[str]) -> Iterator[Line]:
    """Yield the files that can no longer be imported, or can be now, although their DAGs are known."""
    by_error: dict[tuple[What, str], list[str]] = defaultdict(list)
    for change in changes:
        if change.kind is Kind.IMPORT and change.path not in unknown:
            by_error[change.what, change.after or change.before or ""].append(change.path)
    for (what, error), paths in by_error.items():
        gone = what is What.REMOVED
        yield Line(ADDED if gone else REMOVED, f"{_IMPORTED[gone]}: {listed(paths)}: {error}")


def _unknown(files: Iterable[Unknown]) -> Iterator[Line]:
    """Yield what cannot be compared; files with the same reason are shown together."""
    by_reason: dict[tuple[str, str, str], list[Unknown]] = defaultdict(list)
    for file in files:
        by_reason[*_WORDS[file.where, file.alone], file.reason].append(file)
    for (sign, words, reason), same in by_reason.items():
        dag_ids = [dag_id for file in same for dag_id in file.dag_ids]
        dags = f" ({listed(dag_ids)})" if dag_ids else ""
        yield Line(sign, f"{words}: {listed([file.path for file in same])}{dags}: {reason}")


def _unstable(changes: Iterable[Change]) -> Iterator[Line]:
    found: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        where = ".".join(filter(None, change.place))
        found[f"{where or change.path}"].append(change.field or "as a whole")
    for where, names in found.items():
        yield Line("", f"differs at each parse, so nobody can say whether it changes: {where}: {listed(names, 5)}")
