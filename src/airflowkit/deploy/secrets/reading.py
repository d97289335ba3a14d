"""Reads which Secrets a deployment names: in the chart's own values, and wherever a pod can refer to one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from airflowkit.deploy.secrets.content import kinds
from airflowkit.deploy.secrets.known import TLS, chart_references, kind_of_variable, pull_secret
from airflowkit.deploy.secrets.references import Reference
from airflowkit.yaml_text import document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflowkit.deploy.secrets.deployment import Deployment

_TEXTS: Final = frozenset({"extraEnv", "extraEnvFrom", "envFrom", "podTemplate"})
"""Values that are YAML in a string, rendered by Helm."""
_CERT_MANAGER: Final = ("cert-manager.io/", "cert-manager.k8s.io/")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read.

    Attributes:
        references: The places that name Secrets.
        unread: The places that only Helm can read.
    """

    references: tuple[Reference, ...]
    unread: tuple[str, ...] = ()


def read_references(deployment: Deployment) -> Reading:
    """Return the Secrets that must be there before the chart is installed.

    Left out are optional ones, those that the chart makes itself (`extraSecrets`), those of components that are
    switched off, and certificates that cert-manager makes.
    """
    walk = _Walk(deployment)
    of_pods = tuple(walk.of_pods())
    templates = {each.where for each in of_pods if "{{" in each.secret + each.key}
    made = {deployment.rendered(name) for name in deployment.value("extraSecrets", {})}
    found = (*chart_references(deployment), *walk.of_variables(), *of_pods)
    readable = [each for each in found if each.secret not in made and each.where not in templates]
    return Reading(tuple(readable), tuple(sorted(templates | set(walk.unread))))


@dataclass(slots=True)
class _Walk:
    """A walk over values, below which pods are described."""

    deployment: Deployment
    unread: list[str] = field(default_factory=list)
    seen: dict[int, object] = field(default_factory=dict)

    def of_variables(self) -> Iterator[Reference]:
        """Yield what the list `secret` names."""
        for entry in self.deployment.value("secret", []):
            if isinstance(entry, dict) and entry.get("secretName"):
                variable, key = str(entry.get("envName", "")), str(entry.get("secretKey") or "value")
                yield self._of_variable(str(entry["secretName"]), key, "secret", variable)

    def of_pods(self) -> Iterator[Reference]:
        """Yield what the structures of Kubernetes in the values refer to."""
        for name, value in self.deployment.values.items():
            if name not in {"secret", "imagePullSecrets", "registry", "extraSecrets", "extraConfigMaps"}:
                yield from self.below(value, str(name))

    def below(self, node: Any, where: str, variable: str = "") -> Iterator[Reference]:
        """Yield the references in a value and below it."""
        if isinstance(node, str):
            yield from self._of_text(node, where)
        elif isinstance(node, list | dict) and id(node) not in self.seen:
            self.seen[id(node)] = node  # anchors can repeat a value a billion times; kept, so that no other gets its id
            yield from self._of_list(node, where) if isinstance(node, list) else self._of_mapping(node, where, variable)

    def _of_list(self, items: list[Any], where: str) -> Iterator[Reference]:
        for item in items:
            named = item.get("name", "") if isinstance(item, dict) and "valueFrom" in item else ""
            yield from self.below(item, where, str(named))

    def _of_mapping(self, node: Mapping[str, Any], where: str, variable: str) -> Iterator[Reference]:
        if not self.deployment.enabled(where):
            return
        yield from self._certificate(node, where)
        for name, value in node.items():
            found = self._reference(str(name), value, where, variable)
            if found is not None:
                yield from found
            elif not str(name).endswith("nnotations"):
                yield from self.below(value, where if name == "valueFrom" else f"{where}.{name}", variable)

    def _reference(self, name: str, value: Any, where: str, variable: str) -> list[Reference] | None:
        """Return what one of Kubernetes' fields refers to, or None where it is another field."""
        if name == "imagePullSecrets" and isinstance(value, list):
            names = [each.get("name") if isinstance(each, dict) else each for each in value]
            return [pull_secret(self.deployment.rendered(str(each)), where) for each in names if each]
        if not isinstance(value, dict) or name not in {"secretKeyRef", "secretRef", "secret"}:
            return None
        secret = value.get("secretName") or value.get("name")
        if not secret or value.get("optional") is True:
            return []
        rendered = self.deployment.rendered(str(secret))
        if name == "secretKeyRef":
            return [self._of_variable(rendered, str(value.get("key", "")), where, variable)]
        keys = [str(item["key"]) for item in value.get("items") or [] if isinstance(item, dict) and item.get("key")]
        return [Reference(rendered, key, where, _kind_of_file(key)) for key in keys or [""]]

    def _of_variable(self, secret: str, key: str, where: str, variable: str) -> Reference:
        return Reference(secret, key, where, kind_of_variable(self.deployment, variable, where))

    def _certificate(self, node: Mapping[str, Any], where: str) -> Iterator[Reference]:
        tls = node.get("tls")
        if not (
            where.startswith("ingress.") and isinstance(tls, dict) and tls.get("enabled") and tls.get("secretName")
        ):
            return
        component = ".".join(where.split(".")[:2])
        annotations = self.deployment.value(f"{component}.annotations", {})
        if not any(str(name).startswith(_CERT_MANAGER) for name in annotations):
            yield Reference(str(tls["secretName"]), "tls.crt", f"{where}.tls", kinds.CERTIFICATE, TLS)
            yield Reference(str(tls["secretName"]), "tls.key", f"{where}.tls", kinds.CERTIFICATE_KEY, TLS)

    def _of_text(self, text: str, where: str) -> Iterator[Reference]:
        import yaml

        if where.rpartition(".")[2] not in _TEXTS:
            return
        try:
            inner = document(self.deployment.rendered(text))
        except yaml.YAMLError:
            self.unread.append(where)
            return
        if isinstance(inner, list | dict):
            yield from self.below(inner, f"{where} (text)")


def _kind_of_file(key: str) -> kinds.Kind:
    return kinds.KNOWN_HOSTS if key == "known_hosts" else kinds.WHOLE_FILE
