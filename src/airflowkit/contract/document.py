"""The contract of all tasks as one document: the same bytes for the same DAGs, one line for each need."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from airflowkit.contract.permissions import roles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from airflowkit.contract.needs import Need, Permission, TaskNeeds

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Contract:
    """What all tasks need.

    Attributes:
        needs: What they refer to, with the names of the tasks.
        permissions: What they do to the Kubernetes API.
        unknown: What is known only when they run: the task, and what.
    """

    needs: Mapping[Need, tuple[str, ...]] = field(default_factory=dict)
    permissions: tuple[Permission, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, tasks: Iterable[TaskNeeds]) -> Contract:
        """Return the contract of tasks."""
        needs: dict[Need, set[str]] = defaultdict(set)
        permissions: set[Permission] = set()
        unknown: set[tuple[str, str]] = set()
        for task in tasks:
            for need in task.needs:
                needs[need].add(task.task)
            permissions.update(task.permissions)
            unknown |= {(task.task, what) for what in task.unknown}
        by_need = {need: tuple(sorted(needs[need])) for need in sorted(needs)}
        return cls(by_need, tuple(sorted(permissions)), tuple(sorted(unknown)))

    @property
    def roles(self) -> list[dict[str, Any]]:
        """The smallest Role of each namespace."""
        return roles(self.permissions)

    def lacks(self, need: Need) -> bool:
        """Return whether a need is not in here; one that is optional is, if it is needed here."""
        return need not in self.needs and not (need.optional and replace(need, optional=False) in self.needs)


def as_json(contract: Contract) -> str:
    """Return a contract as JSON, with each need on a line of its own."""
    needs = [{**_as_table(need), "tasks": list(tasks)} for need, tasks in contract.needs.items()]
    unknown = [{"task": task, "what": what} for task, what in contract.unknown]
    tables = (("needs", needs), ("permissions", _as_rules(contract.permissions)), ("unknown", unknown))
    body = ",\n".join(f'  "{name}": {_lines(rows)}' for name, rows in tables)
    text = f'{{\n  "version": {VERSION},\n{body}\n}}\n'
    return text.encode("utf-8", "backslashreplace").decode()  # half a surrogate pair as JSON's escape


def _as_table(need: Need) -> dict[str, Any]:
    """Return a need without what has its default."""
    optional = {"optional": True} if need.optional else {}
    later = {"at_run_time": True} if need.at_run_time else {}
    key = {"key": need.key} if need.key else {}
    return {"namespace": need.namespace, "kind": str(need.kind), "name": need.name, **key, **optional, **later}


def _as_rules(permissions: Iterable[Permission]) -> list[dict[str, Any]]:
    """Return permissions with all verbs for a resource in one table."""
    verbs: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for each in permissions:
        verbs[each.namespace, each.group, each.resource].append(each.verb)
    return [
        {"namespace": namespace, "group": group, "resource": resource, "verbs": of_resource}
        for (namespace, group, resource), of_resource in verbs.items()
    ]


def _lines(rows: list[dict[str, Any]]) -> str:
    lines = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in rows)
    return f"[\n{lines}\n  ]" if rows else "[]"
