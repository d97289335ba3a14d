"""Reads an exported cluster, and has the command that exports one without a value.

`kubectl get -o yaml` itself will do, too: the values in it are dropped while it is read.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from airflowkit.contract.needs import Kind
from airflowkit.deploy.doctor.cluster.inventory import RESOURCES, NotKnown, Thing
from airflowkit.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from airflowkit.contract.needs import Permission

_TEMPLATE: Final = (
    '{{range .items}}- { kind: {{.kind}}, type: "{{.type}}", metadata: { name: "{{.metadata.name}}", '
    'namespace: "{{.metadata.namespace}}", labels: { {{if eq .kind "Node"}}{{range $k, $v := .metadata.labels}}'
    '"{{$k}}": "{{$v}}", {{end}}{{end}} } }, data: { {{range $k, $v := .data}}"{{$k}}": null, {{end}}'
    '{{range $k, $v := .binaryData}}"{{$k}}": null, {{end}} } }{{"\\n"}}{{end}}'
)
"""Names and keys as YAML: Kubernetes allows nothing in either that would have to be escaped."""
_NO_VALUE: Final = "<no value>"
_NAMES: Final = {
    "Secret": Kind.SECRET,
    "ConfigMap": Kind.CONFIG_MAP,
    "ServiceAccount": Kind.SERVICE_ACCOUNT,
    "PersistentVolumeClaim": Kind.CLAIM,
    "Node": Kind.NODE,
    "PriorityClass": Kind.PRIORITY_CLASS,
    "RuntimeClass": Kind.RUNTIME_CLASS,
    "StorageClass": Kind.STORAGE_CLASS,
}
_EVERYWHERE: Final = {
    Kind.CONFIG_MAP: "ConfigMaps",
    Kind.SERVICE_ACCOUNT: "ServiceAccounts",
    Kind.NODE: "Nodes",
    Kind.PRIORITY_CLASS: "PriorityClasses",
}
"""Kinds of which each cluster has some: without any, they were not exported."""


def export_command(namespaces: Iterable[str]) -> str:
    """Return the command that exports the names and keys of namespaces."""
    resources = ",".join(dict.fromkeys(RESOURCES.values()))
    each = f"kubectl get {resources} -n $ns -o go-template='{_TEMPLATE}'"
    return f"for ns in {' '.join(sorted(namespaces))}; do {each}; done > cluster.yaml"


class ExportedCluster:
    """A cluster in a file.

    Args:
        path: The file.

    Raises:
        ClusterError: It cannot be read, or is no export of a cluster.
    """

    is_own = False
    namespace = ""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._things: dict[tuple[Kind, str], dict[str, Thing]] = defaultdict(dict)
        for item in _items(_documents(path)):
            self._add(item)
        if not self._things:
            raise ClusterError(f"{path} has no object that the DAGs could need", hint="export it again")
        self._namespaces = {namespace for _, namespace in self._things}

    def has_namespace(self, name: str) -> bool:
        """Return whether anything of a namespace was exported."""
        return name in self._namespaces

    def find(self, kind: Kind, namespace: str, name: str) -> Thing | None:
        """Return an object, or None if it was not there when the file was written.

        Raises:
            NotKnown: Objects of its kind were not exported.
        """
        kind = Kind.SECRET if kind is Kind.PULL_SECRET else kind
        place = namespace if kind.namespaced else ""
        if kind in _EVERYWHERE and not self._things.get((kind, place)):
            of = f" of namespace {place}" if place else ""
            raise NotKnown(f"{self._path} has no {_EVERYWHERE[kind]}{of}")
        return self._things.get((kind, place), {}).get(name)

    def nodes(self) -> Iterable[Thing]:
        """Return the nodes.

        Raises:
            NotKnown: They were not exported.
        """
        self.find(Kind.NODE, "", "")
        return self._things[Kind.NODE, ""].values()

    def allows(self, account: str, namespace: str, permission: Permission) -> bool:  # noqa: ARG002  as in `Inventory`
        """Say that a file does not know what anybody may do."""
        raise NotKnown("")

    def _add(self, item: Any) -> None:
        metadata = item.get("metadata") if isinstance(item, dict) else None
        kind = _NAMES.get(item.get("kind", "")) if isinstance(metadata, dict) else None
        if kind is None or not isinstance(metadata, dict):
            return
        name, namespace = str(metadata.get("name")), str(metadata.get("namespace") or "")
        labels = metadata.get("labels") or {} if kind is Kind.NODE else {}
        place = namespace if kind.namespaced and namespace != _NO_VALUE else ""
        keys = frozenset(str(key) for field in ("data", "binaryData", "stringData") for key in item.get(field) or ())
        self._things[kind, place][name] = Thing(name, str(item.get("type") or ""), keys, labels)


def _documents(path: Path) -> list[Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return list(yaml.load_all(path.read_text(encoding="utf-8"), Loader=loader))
    except OSError as error:
        raise ClusterError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ClusterError(f"{path} is not UTF-8") from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)  # the error's text may quote a value
        line = f":{mark.line + 1}" if mark else ""
        raise ClusterError(f"{path}{line}: not valid YAML", hint="export it again") from None


def _items(documents: Iterable[Any]) -> Iterator[Any]:
    for document in documents:
        if isinstance(document, list):
            yield from document
        elif isinstance(document, dict) and isinstance(document.get("items"), list):
            yield from document["items"]
        else:
            yield document
