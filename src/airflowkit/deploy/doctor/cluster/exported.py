"""Reads an exported cluster, and has the command that exports one without a value.

`kubectl get -o yaml` itself will do, too: the values in it are dropped while it is read.
"""

from __future__ import annotations

import codecs
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from airflowkit.contract.needs import Kind
from airflowkit.deploy.doctor.cluster.inventory import RESOURCES, NotKnown, Thing
from airflowkit.deploy.secrets.references import OPAQUE
from airflowkit.errors import ClusterError
from airflowkit.yaml_text import documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
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
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LISTS: Final = 4
"""Levels of lists: documents, of which each may be a list of lists, as `jq --slurp` makes it."""
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
        for item in _objects(_documents(path)):
            self._add(item)
        if not self._things:
            raise ClusterError(f"{path} has no object that the DAGs could need", hint="export it again")
        self._namespaces = {namespace for _, namespace in self._things}

    def has_namespace(self, name: str) -> bool:
        """Return True.

        Raises:
            NotKnown: Nothing of the namespace was exported.
        """
        if name not in self._namespaces:
            raise NotKnown(f"{self._path} has nothing of namespace {name}")
        return True

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

    def allows(self, account: str, permission: Permission) -> bool:  # noqa: ARG002  as in `Inventory`
        """Say that a file does not know what anybody may do."""
        raise NotKnown("")

    def _add(self, item: Mapping[str, Any]) -> None:
        metadata, kind = _table(item.get("metadata")), _NAMES.get(str(item.get("kind")))
        name, namespace = metadata.get("name"), metadata.get("namespace")
        if kind is None or not isinstance(name, str):
            return
        place = namespace if kind.namespaced and isinstance(namespace, str) and namespace != _NO_VALUE else ""
        labels = {key: str(value) for key, value in _table(metadata.get("labels")).items()}
        keys = frozenset(key for field in ("data", "binaryData", "stringData") for key in _table(item.get(field)))
        self._things[kind, place][name] = Thing(name, str(item.get("type") or OPAQUE), keys, labels)


def _table(value: Any) -> dict[str, Any]:
    """Return a mapping; where there is something else, nothing: its parts would be values."""
    return {str(key): each for key, each in value.items()} if isinstance(value, dict) else {}


def _documents(path: Path) -> list[Any]:
    import yaml

    text = _text(path)
    if not text.strip():
        raise ClusterError(f"{path} is empty", hint="export it again")
    try:
        return _json_documents(text) or [document for _, document in documents(text)]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)  # the error's text may quote a value
        line = f":{mark.line + 1}" if mark else ""
        raise ClusterError(f"{path}{line}: not valid YAML", hint="export it again") from None


def _text(path: Path) -> str:
    """Return the text of a file; what PowerShell redirects is UTF-16."""
    try:
        content = path.read_bytes()
        return content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except OSError as error:
        raise ClusterError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ClusterError(f"{path} is not UTF-8", hint="export it again") from None


def _json_documents(text: str) -> list[Any]:
    """Return the JSON documents that follow each other, as of several `kubectl get -o json`; none if it is not JSON."""
    found, rest = [], text.lstrip()
    try:
        while rest:
            document, end = json.JSONDecoder().raw_decode(rest)
            found.append(document)
            rest = rest[end:].lstrip()
    except (ValueError, RecursionError):
        return []
    return found


def _objects(found: Any, kind: str = "", levels: int = _LISTS) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of documents, and of lists among them; those of a `SecretList` are Secrets."""
    if isinstance(found, dict) and isinstance(found.get("items"), list):
        kind, found = str(found.get("kind", "")).removesuffix("List"), found["items"]
    if isinstance(found, dict):
        yield {"kind": kind, **found}
    elif isinstance(found, list) and levels:
        for each in found:
            yield from _objects(each, kind, levels - 1)
