"""Asks a running cluster, which is found by `KUBECONFIG`, `~/.kube/config`, or as a pod finds its own.

Objects are asked for by name, as tables with metadata only
(https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables): a table has the type of a
Secret and the number of its keys, and `managedFields` their names. Only where somebody has removed these is the object
itself read. Everything but the keys is dropped at once, also the annotation in which `kubectl apply` keeps the values.
"""

from __future__ import annotations

import json
import os
import warnings
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from urllib3.exceptions import HTTPError

from airflowkit.contract.needs import Kind
from airflowkit.deploy.doctor.cluster.inventory import NotKnown, Thing
from airflowkit.errors import ClusterError, NothingThere

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from airflowkit.contract.needs import Permission

_TABLE: Final = "application/json;as=Table;v=v1;g=meta.k8s.io"
_TIMEOUT: Final = 15
_OWN_NAMESPACE: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
_WITH_KEYS: Final = frozenset({Kind.SECRET, Kind.PULL_SECRET, Kind.CONFIG_MAP})
_KEYS: Final = ("f:data", "f:binaryData", "f:stringData")
_METHODS: Final = {
    Kind.SECRET: ("CoreV1Api", "read_namespaced_secret"),
    Kind.PULL_SECRET: ("CoreV1Api", "read_namespaced_secret"),
    Kind.CONFIG_MAP: ("CoreV1Api", "read_namespaced_config_map"),
    Kind.SERVICE_ACCOUNT: ("CoreV1Api", "read_namespaced_service_account"),
    Kind.CLAIM: ("CoreV1Api", "read_namespaced_persistent_volume_claim"),
    Kind.PRIORITY_CLASS: ("SchedulingV1Api", "read_priority_class"),
    Kind.RUNTIME_CLASS: ("NodeV1Api", "read_runtime_class"),
    Kind.STORAGE_CLASS: ("StorageV1Api", "read_storage_class"),
}
_NOT_FOUND: Final = 404
_REFUSED: Final = (401, 403)


class LiveCluster:
    """A running cluster.

    Args:
        context: The context of the kubeconfig; empty for the current one.

    Raises:
        NothingThere: There is none that this computer knows of.
        ClusterError: What should lead to one is wrong.
    """

    def __init__(self, context: str = "") -> None:
        from kubernetes.client import Configuration

        self._configuration = Configuration()
        self.is_own = False
        self.namespace = self._configured(context)

    def has_namespace(self, name: str) -> bool:
        """Return whether a namespace exists; True where that is not known."""
        try:
            return self._read("CoreV1Api", "read_namespace", name) is not None
        except NotKnown:
            return True

    def find(self, kind: Kind, namespace: str, name: str) -> Thing | None:
        """Return an object, or None if it does not exist.

        Raises:
            NotKnown: The user may not read it.
            ClusterError: The cluster does not answer.
        """
        where = [namespace] if kind.namespaced else []
        table = self._read(*_METHODS[kind], name, *where)
        if table is None:
            return None
        cells = dict(zip((it["name"] for it in table["columnDefinitions"]), table["rows"][0]["cells"], strict=False))
        keys: frozenset[str] = frozenset()
        if kind in _WITH_KEYS:
            keys = _managed_keys(table["rows"][0])
            if len(keys) != cells.get("Data"):
                keys = self._keys_of_whole(kind, namespace, name)
        return Thing(name, str(cells.get("Type", "")), keys)

    def nodes(self) -> Iterable[Thing]:
        """Return the nodes.

        Raises:
            NotKnown: The user may not list them.
            ClusterError: The cluster does not answer.
        """
        return self._nodes

    def allows(self, account: str, permission: Permission) -> bool:
        """Return whether a service account may do something.

        Raises:
            NotKnown: The user may not ask that.
            ClusterError: The cluster does not answer.
        """
        resource, _, subresource = permission.resource.partition("/")
        attributes = {
            "namespace": permission.namespace,
            "verb": permission.verb,
            "group": permission.group,
            "resource": resource,
            "subresource": subresource,
        }
        spec: dict[str, Any] = {"resourceAttributes": attributes}
        method = "create_self_subject_access_review"
        if account:
            home = account.partition(":")[0]
            groups = ["system:serviceaccounts", f"system:serviceaccounts:{home}", "system:authenticated"]
            spec |= {"user": f"system:serviceaccount:{account}", "groups": groups}
            method = "create_subject_access_review"
        answer = self._read("AuthorizationV1Api", method, {"spec": spec}, accept="application/json")
        return bool(answer and answer["status"]["allowed"])

    @cached_property
    def _nodes(self) -> tuple[Thing, ...]:
        table = self._read("CoreV1Api", "list_node") or {"rows": []}
        found = (row["object"]["metadata"] for row in table["rows"])
        return tuple(Thing(node["name"], labels=node.get("labels") or {}) for node in found)

    def _keys_of_whole(self, kind: Kind, namespace: str, name: str) -> frozenset[str]:
        whole = self._read(*_METHODS[kind], name, namespace, accept="application/json") or {}
        return frozenset((*(whole.get("data") or ()), *(whole.get("binaryData") or ())))

    def _configured(self, context: str) -> str:
        """Find the cluster, and return the namespace that is meant where none is named."""
        from kubernetes import config
        from kubernetes.config.kube_config import KUBE_CONFIG_DEFAULT_LOCATION

        named = os.environ.get("KUBECONFIG", "")
        places = [Path(part).expanduser() for part in (named or KUBE_CONFIG_DEFAULT_LOCATION).split(os.pathsep)]
        try:
            if any(place.is_file() for place in places):
                config.load_kube_config(os.pathsep.join(map(str, places)), context or None, self._configuration)
                contexts, current = config.list_kube_config_contexts(os.pathsep.join(map(str, places)))
                chosen = next((it for it in contexts if it["name"] == context), current) or {}
                return str((chosen.get("context") or {}).get("namespace") or "default")
            if named:
                raise ClusterError(f"KUBECONFIG names {named}, which does not exist")
            config.load_incluster_config(self._configuration)
        except config.ConfigException as error:
            if any(place.is_file() for place in places):
                raise ClusterError(f"the kubeconfig cannot be used: {error}") from None
            raise NothingThere("no cluster: there is no kubeconfig, and this is not a pod") from None
        self.is_own = True
        return _OWN_NAMESPACE.read_text(encoding="utf-8").strip() if _OWN_NAMESPACE.is_file() else "default"

    def _read(self, api: str, method: str, *arguments: Any, accept: str = _TABLE) -> Any:
        """Return the API's answer, or None for what does not exist."""
        from kubernetes import client

        connection = client.ApiClient(self._configuration)
        connection.set_default_header("Accept", accept)
        call: Callable[..., Any] = getattr(getattr(client, api)(connection), method)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of a kubeconfig that says so, that TLS is not verified
                return json.loads(call(*arguments, _preload_content=False, _request_timeout=_TIMEOUT).data)
        except client.ApiException as error:
            return _refusal(error)
        except (HTTPError, OSError) as error:
            host = self._configuration.host
            reason = f"{host} does not answer: {_innermost(error)}"
            raise ClusterError(
                reason, hint="name the cluster by KUBECONFIG, or judge an export: --cluster FILE"
            ) from None
        finally:
            connection.close()


def _refusal(error: Any) -> None:
    """Return that something does not exist, or raise what else the API server says."""
    if error.status == _NOT_FOUND:
        return
    try:
        said = json.loads(error.body)["message"]
    except (ValueError, KeyError, TypeError):
        said = f"{error.status} {error.reason}"
    if error.status in _REFUSED:
        raise NotKnown(said) from None
    raise ClusterError(f"the API server says: {said}") from None


def _managed_keys(row: Any) -> frozenset[str]:
    """Return the keys that `managedFields` names; of the rest of the metadata nothing is kept."""
    managed = row["object"]["metadata"].get("managedFields") or ()
    fields = [entry.get("fieldsV1") or {} for entry in managed]
    found = {name for each in fields for place in _KEYS for name in each.get(place) or ()}
    return frozenset(name.removeprefix("f:") for name in found if name != ".")


def _innermost(error: BaseException) -> str:
    reason = getattr(error, "reason", None)
    return _innermost(reason) if isinstance(reason, BaseException) else str(error).rpartition(": ")[2]
