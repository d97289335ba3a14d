"""What differs between two states of a repository: a list of changes, each with its place and both values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from airflowkit.compare.fields import NEXT_RUNS, SCHEDULE, SETTINGS, Field, Kind
from airflowkit.compare.pod_fields import ORDER
from airflowkit.errors import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflowkit.compare.fields import Dag
    from airflowkit.compare.state import State

_SLOWER: Final = 2.0
_SECONDS: Final = 1.0
"""Import time differs each time: it is a change only by this factor and that many seconds."""
_ALWAYS_THERE: Final = frozenset({"'default_pool'", "'kubernetes_default'", "''"})
_IDENTITY: Final = Field(Kind.DAG, "dag_id")


class What(StrEnum):
    """What became of something."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"

    @classmethod
    def of(cls, before: str | None, after: str | None) -> What:
        """Return what became of a value, of which one side may have none."""
        return cls.ADDED if before is None else cls.REMOVED if after is None else cls.CHANGED


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs.

    Attributes:
        kind: What kind of thing it is.
        what: What became of it.
        dag_id: The DAG; empty for a file.
        task_id: The task, or empty.
        field: The field's name; for a DAG, a task or an edge, or what is needed, the name of that.
        before: The older value; None if there was none.
        after: The newer value; None if there is none.
        path: The file.
        note: What else is known of it.
    """

    kind: Kind
    what: What
    dag_id: str = ""
    task_id: str = ""
    field: str = ""
    before: str | None = None
    after: str | None = None
    path: str = ""
    note: str = ""

    @property
    def is_of_whole_dag(self) -> bool:
        """Whether a DAG comes, goes or has another id."""
        return self.kind is Kind.DAG and self.field in {"", _IDENTITY.name}

    @property
    def place(self) -> tuple[str, str]:
        """The DAG and the task."""
        return self.dag_id, self.task_id


class Where(StrEnum):
    """In which states the DAGs of a file are not known."""

    BOTH = "both"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A file whose DAGs cannot be compared.

    Attributes:
        path: The file.
        reason: Why.
        where: In which states its DAGs are not known.
        alone: Whether the other state does not have the file.
        dag_ids: The DAGs that the other state has of it.
    """

    path: str
    reason: str
    where: Where
    alone: bool = False
    dag_ids: tuple[str, ...] = ()


def changes(older: State, newer: State) -> tuple[Change, ...]:
    """Return what differs, in the order of the DAGs' names; files that fail in one state are left out."""
    return tuple(_all(older, newer))


def unknown(older: State, newer: State) -> tuple[Unknown, ...]:
    """Return the files whose DAGs cannot be compared."""
    return tuple(_unknown(path, older, newer) for path in sorted(older.unknown.keys() | newer.unknown.keys()))


def _unknown(path: str, older: State, newer: State) -> Unknown:
    if path in older.unknown and path in newer.unknown:
        return Unknown(path, newer.unknown[path], Where.BOTH)
    state, other, where = (older, newer, Where.BEFORE) if path in older.unknown else (newer, older, Where.AFTER)
    dag_ids = tuple(dag_id for dag_id, dag in sorted(other.dags.items()) if dag.path == path)
    return Unknown(path, state.unknown[path], where, path not in other.seconds, dag_ids)


def _all(older: State, newer: State) -> Iterator[Change]:
    yield from _failures(older, newer)
    before, after = _comparable(older, newer), _comparable(newer, older)
    renamed = dict(_renamed(before, after))
    for dag_id in sorted(before.keys() | after.keys()):
        if dag_id in renamed:
            path = after[renamed[dag_id]].path
            yield Change(
                Kind.DAG, What.RENAMED, dag_id, field=_IDENTITY.name, before=dag_id, after=renamed[dag_id], path=path
            )
        elif dag_id not in after:
            yield _whole(What.REMOVED, dag_id, before[dag_id])
        elif dag_id in before:
            yield from _of_dag(dag_id, before[dag_id], after[dag_id])
        elif dag_id not in renamed.values():
            yield _whole(What.ADDED, dag_id, after[dag_id])
    yield from _needs(older, newer)
    yield from _import_times(older, newer)


def _comparable(state: State, other: State) -> dict[str, Dag]:
    """Return the DAGs of a state but those of files that fail in the other one."""
    return {dag_id: dag for dag_id, dag in state.dags.items() if dag.path not in other.unknown}


def _failures(older: State, newer: State) -> Iterator[Change]:
    for path in sorted(older.failures.keys() | newer.failures.keys()):
        before, after = older.failures.get(path), newer.failures.get(path)
        if before != after:
            what = What.of(before, after)
            yield Change(Kind.IMPORT, what, field="import error", before=before, after=after, path=path)


def _renamed(before: Mapping[str, Dag], after: Mapping[str, Dag]) -> Iterator[tuple[str, str]]:
    """Yield the old and the new id of each DAG that has only another id."""
    added = [dag_id for dag_id in sorted(after) if dag_id not in before]
    for dag_id in sorted(before):
        if dag_id in after:
            continue
        same = [other for other in added if _alike(dag_id, before[dag_id], other, after[other])]
        same = [other for other in same if after[other].path == before[dag_id].path] or same
        if len(same) == 1:
            added.remove(same[0])
            yield dag_id, same[0]


def _alike(dag_id: str, dag: Dag, other_id: str, other: Dag) -> bool:
    return (
        bool(dag.tasks) and dag.edges == other.edges and not list(_of_dag("", dag, _with_id(other, other_id, dag_id)))
    )


def _with_id(dag: Dag, own: str, other: str) -> Dag:
    def named(text: str) -> str:
        return repr(other) if text == repr(own) else text  # within a text it may be an image, or a command

    return replace(
        dag,
        fields={field: named(text) for field, text in dag.fields.items()},
        tasks={task: {field: named(text) for field, text in fields.items()} for task, fields in dag.tasks.items()},
    )


def _whole(what: What, dag_id: str, dag: Dag) -> Change:
    about = f"{counted(len(dag.tasks), 'task')}, schedule {dag.fields[SCHEDULE]}"
    return Change(Kind.DAG, what, dag_id, path=dag.path, note=about)


def _of_dag(dag_id: str, before: Dag, after: Dag) -> Iterator[Change]:
    path = after.path
    yield from _fields(before.fields, after.fields, dag_id, "", path)
    for task_id in sorted(before.tasks.keys() | after.tasks.keys()):
        if task_id not in after.tasks:
            yield Change(Kind.TASK, What.REMOVED, dag_id, task_id, path=path)
        elif task_id not in before.tasks:
            yield Change(Kind.TASK, What.ADDED, dag_id, task_id, path=path, note=_of_new_task(after.tasks[task_id]))
        else:
            yield from _fields(before.tasks[task_id], after.tasks[task_id], dag_id, task_id, path)
    for edges, what in ((before.edges - after.edges, What.REMOVED), (after.edges - before.edges, What.ADDED)):
        for first, then in sorted(edges):
            if {first, then} <= before.tasks.keys() & after.tasks.keys() or what is What.ADDED:
                yield Change(Kind.EDGE, what, dag_id, field=f"{first} → {then}", path=path)


def _of_new_task(fields: Mapping[Field, str]) -> str:
    return ", ".join(text.strip("'") for field, text in fields.items() if field.name in {"operator", "image"})


def _fields(
    before: Mapping[Field, str], after: Mapping[Field, str], dag_id: str, task_id: str, path: str
) -> Iterator[Change]:
    for field in sorted(before.keys() | after.keys(), key=_order):
        old, new = before.get(field), after.get(field)
        if old == new or (field.name.endswith(ORDER) and _in_one_order(old, new)):
            continue
        if field.name.endswith(SETTINGS) and (old is None or new is None):  # the alert itself is the change
            continue
        yield Change(field.kind, What.of(old, new), dag_id, task_id, field.name, old, new, path)


def _in_one_order(before: str | None, after: str | None) -> bool:
    """Return whether what both lists have is in the same order: what comes or goes is a change of its own."""
    one, other = ((text or "").split("; ") for text in (before, after))
    return [each for each in one if each in other] == [each for each in other if each in one]


def _order(field: Field) -> tuple[int, str, str]:
    """Return where a field comes: next runs after the schedule that makes them, pods by name."""
    return field == NEXT_RUNS, field.kind, field.name


def _needs(older: State, newer: State) -> Iterator[Change]:
    """Yield what the tasks need of the cluster from now on, and no longer."""
    before, after = older.contract.needs, newer.contract.needs
    for need in sorted(after.keys() - before.keys()):
        lacks = newer.kept is not None and newer.kept.lacks(need)
        note = "" if newer.kept is None else "not in the kept contract" if lacks else "in the kept contract"
        yield Change(Kind.NEED, What.ADDED, field=str(need), after=", ".join(after[need]), note=note)
    for need in sorted(before.keys() - after.keys()):
        yield Change(Kind.NEED, What.REMOVED, field=str(need), before=", ".join(before[need]))
    old, new = _used(older), _used(newer)
    for name in sorted(new.keys() - old.keys()):
        yield Change(Kind.NEED, What.ADDED, field=name, after=", ".join(new[name]))
    for name in sorted(old.keys() - new.keys()):
        yield Change(Kind.NEED, What.REMOVED, field=name, before=", ".join(old[name]))


def _used(state: State) -> dict[str, list[str]]:
    """Return the pools and connections that the tasks name, and the tasks."""
    found: dict[str, list[str]] = {}
    for dag_id, dag in sorted(state.dags.items()):
        for task_id, fields in dag.tasks.items():
            for field, text in fields.items():
                kind = "pool" if field.kind is Kind.POOL else "connection" if field.name.endswith("conn_id") else ""
                if kind and text.startswith("'") and text not in _ALWAYS_THERE:
                    found.setdefault(f"{kind} {text[1:-1]}", []).append(f"{dag_id}.{task_id}")
    return found


def _import_times(older: State, newer: State) -> Iterator[Change]:
    for path, seconds in newer.seconds.items():
        before = older.seconds.get(path)
        if before is None:
            continue
        low, high = sorted((before, seconds))
        if high - low >= _SECONDS and high >= low * _SLOWER:
            yield Change(
                Kind.IMPORT_TIME,
                What.CHANGED,
                field="import time",
                before=f"{before:.1f} s",
                after=f"{seconds:.1f} s",
                path=path,
            )
