"""Compares what the tasks need with what a cluster has."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from airflowkit.contract.needs import Kind, Need
from airflowkit.contract.nodes import matches
from airflowkit.deploy.doctor.cluster.inventory import RESOURCES, NotKnown
from airflowkit.deploy.doctor.findings import Finding
from airflowkit.errors import agreeing, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflowkit.contract.document import Contract
    from airflowkit.deploy.doctor.cluster.inventory import Inventory

_MISSING: Final = {
    Kind.SECRET: "AD301",
    Kind.CONFIG_MAP: "AD303",
    Kind.SERVICE_ACCOUNT: "AD305",
    Kind.CLAIM: "AD306",
    Kind.PULL_SECRET: "AD307",
    Kind.PRIORITY_CLASS: "AD309",
    Kind.RUNTIME_CLASS: "AD311",
    Kind.STORAGE_CLASS: "AD311",
}
_KEY_MISSING: Final = {Kind.SECRET: "AD302", Kind.CONFIG_MAP: "AD304"}
_PULL_TYPES: Final = frozenset({"kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"})
_KEYS: Final = 10
_OF_A_TRIGGER: Final = frozenset({"get pods", "delete pods", "get pods/log", "list events", "watch events"})
_BIND: Final = (
    "bind a Role to it: `airflowkit doctor --contract --format yaml` prints the smallest; "
    "if the release is in another namespace, name that by --namespace"
)
Tasks = tuple[str, ...]


@dataclass(slots=True)
class Comparison:
    """A contract and a cluster.

    Attributes:
        contract: What the tasks need.
        inventory: What the cluster has.
        namespace: The namespace of pods of which nothing here says where they run.
        accounts: The service accounts that run the tasks, each as `NAMESPACE:NAME`, and whether only triggers do.
        refused: What the cluster did not say, and why.
    """

    contract: Contract
    inventory: Inventory
    namespace: str
    accounts: Mapping[str, bool] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def findings(self) -> Iterator[Finding]:
        """Yield what the cluster lacks."""
        needs = self._placed()
        absent, unknown = self._absent()
        for name in sorted(absent):
            tasks = tuple(task for need, its in needs.items() if need.namespace == name for task in its)
            message = "is not in the cluster; pods of the DAGs run there"
            hint = f"create it: kubectl create namespace {name}"
            yield Finding("AD313", f"{message}{_tasks_need(tasks)}", f"namespace {name}", hint)
        groups: dict[tuple[Kind, str, str], dict[str, Tasks]] = defaultdict(dict)
        for need, tasks in needs.items():
            if need.namespace not in absent | unknown:
                groups[need.kind, need.namespace, need.name][need.key] = tasks
        for (kind, namespace, name), keys in groups.items():
            try:
                yield from (
                    self._nodes(name, keys[""]) if kind is Kind.NODE else self._object(kind, namespace, name, keys)
                )
            except NotKnown as reason:
                self.refused.setdefault(RESOURCES[kind], str(reason))
        yield from self._rights(absent | unknown)

    def _absent(self) -> tuple[set[str], set[str]]:
        """Return the namespaces that do not exist, and those of which nothing is known."""
        absent, unknown = set(), set()
        for name in sorted(self.namespaces):
            try:
                if not self.inventory.has_namespace(name):
                    absent.add(name)
            except NotKnown as reason:
                unknown.add(name)
                self.refused[f"namespace {name}"] = str(reason)
        return absent, unknown

    def _placed(self) -> dict[Need, Tasks]:
        """Return what must be there: not what is optional, or has no name yet."""
        placed: dict[Need, set[str]] = defaultdict(set)
        for need, tasks in self.contract.needs.items():
            if not (need.optional or need.at_run_time or need.kind.of_airflow):
                home = (need.namespace or self.namespace) if need.kind.namespaced else ""
                placed[replace(need, namespace=home)].update(tasks)
        return {need: tuple(sorted(placed[need])) for need in sorted(placed)}

    @property
    def namespaces(self) -> set[str]:
        """The namespaces in which pods of the tasks run."""
        permitted = {each.namespace or self.namespace for each in self.contract.permissions}
        return permitted | {need.namespace for need in self._placed() if need.namespace}

    def _object(self, kind: Kind, namespace: str, name: str, keys: Mapping[str, Tasks]) -> Iterator[Finding]:
        where = f" in namespace {namespace}" if namespace else ""
        subject = f"{kind} {name}"
        found = self.inventory.find(kind, namespace, name)
        if found is None:
            tasks = tuple(task for its in keys.values() for task in its)
            yield Finding(_MISSING[kind], f"there is none{where}{_tasks_need(tasks)}", subject, _hint(kind))
            return
        if kind is Kind.PULL_SECRET and found.type not in _PULL_TYPES:
            tasks = keys[""]
            yield Finding("AD308", f"its type{where} is {found.type}{_tasks_need(tasks)}", subject, _hint(kind))
        for key, tasks in keys.items():
            if key and key not in found.keys:
                has = f"it has {listed(sorted(found.keys), _KEYS)}" if found.keys else "it has none"
                message = f"there is no key {key}{where}, {has}{_tasks_need(tasks)}"
                yield Finding(_KEY_MISSING[kind], message, subject, "add the key, or name one that is there")

    def _nodes(self, selector: str, tasks: Tasks) -> Iterator[Finding]:
        nodes = self.inventory.nodes()
        if not any(matches(selector, node.name, node.labels) for node in nodes):
            hint = "label a node, or ignore this if an autoscaler adds such nodes only when pods wait"
            yield Finding("AD310", f"none has these labels{_tasks_need(tasks)}", f"Node with {selector}", hint)

    def _rights(self, absent: set[str]) -> Iterator[Finding]:
        for account, only_triggers in self.accounts.items():
            try:
                lacking = self._lacking(account, absent, only_triggers=only_triggers)
            except NotKnown as reason:
                if str(reason):
                    self.refused.setdefault("what service accounts may do", str(reason))
                return
            for namespace, actions in lacking.items():
                home, _, name = account.rpartition(":")
                subject = f"ServiceAccount {name}" if name else "the service account of this pod"
                of = f" (it is in namespace {home})" if home not in {"", namespace} else ""
                message = f"may not {', '.join(actions)} in namespace {namespace}, as tasks do{of}"
                yield Finding("AD312", message, subject, _BIND)

    def _lacking(self, account: str, absent: set[str], *, only_triggers: bool) -> dict[str, list[str]]:
        lacking: dict[str, list[str]] = defaultdict(list)
        needed = {replace(each, namespace=each.namespace or self.namespace) for each in self.contract.permissions}
        deferring = {each.namespace for each in needed if str(each) == "watch events"}
        for each in sorted(needed):
            of_trigger = str(each) in _OF_A_TRIGGER and each.namespace in deferring
            if each.namespace in absent or (only_triggers and not of_trigger):
                continue
            if not self.inventory.allows(account, each):
                lacking[each.namespace].append(str(each))
        return lacking


def _tasks_need(tasks: Tasks) -> str:
    names = [*dict.fromkeys(tasks)]
    return f"; {listed(names)} {agreeing(len(names), 'need')} it" if names else ""


def _hint(kind: Kind) -> str:
    if kind is Kind.PULL_SECRET:
        return "create it with `kubectl create secret docker-registry`"
    return "create it, or correct the name in the DAG"
