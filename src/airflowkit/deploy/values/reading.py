"""Reads a Helm values file as Helm would, and says in one line why one cannot be used.

No message quotes the file: an old values file is full of secrets.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from airflowkit.errors import ValuesError
from airflowkit.yaml_text import composed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml.nodes import ScalarNode

LARGEST: Final = 2_000_000
"""Bytes. Helm keeps a release with its values in a Secret, which takes a mebibyte."""
_MOST_NODES: Final = 100_000
"""With every alias followed, as Helm follows them."""
_DEEPEST: Final = 100
"""Levels; what is deeper is no values file, and too deep for Python."""
_NULL: Final = "tag:yaml.org,2002:null"
_KUBERNETES_KINDS: Final = {
    "HelmRelease": "Pass what it has under `spec.values`",
    "Application": "Pass what it has under `spec.source.helm.values`",
    "ConfigMap": "Pass the values file in its `data`",
    "Secret": "Pass the values file in its `data`, decoded",
}


def read_values(text: bytes, name: str, *, may_be_empty: bool = False) -> dict[str, Any]:
    """Return the values in a YAML file, without aliases and with string keys only.

    Args:
        text: The content of the file.
        name: What messages call it.
        may_be_empty: Whether a file without values is one, as it is for Helm.

    Raises:
        ValuesError: It is not YAML, not one mapping, has a key twice, or is far too large or deep.
    """
    if len(text) > LARGEST:
        raise ValuesError(f"{name} is too large for a values file: it has more than {LARGEST / 1e6:.0f} MB")
    root = _parse(text, name)
    if root is None or (root.id == "scalar" and root.tag == _NULL):
        if may_be_empty:
            return {}
        raise ValuesError(f"{name} is empty")
    if root.id != "mapping":
        raise ValuesError(f"{name} is not a values file: it is a {root.id}, not a mapping")
    values = _Reader(name).mapping(root)
    _check_is_values(values, name)
    return values


def _parse(text: bytes, name: str) -> Any:
    import yaml

    try:
        return composed(text.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValuesError(f"{name} is not text in UTF-8: byte {error.start}") from None
    except yaml.YAMLError as error:
        if "single document" in str(getattr(error, "context", "")):
            raise ValuesError(f"{name} has several YAML documents", hint="Pass one values file at a time") from None
        raise ValuesError(f"{name} is not valid YAML{yaml_place(error)}", hint=_template_hint(text)) from None


def yaml_place(error: Exception) -> str:
    """Return the line and column of a YAML error, without the lines that PyYAML quotes."""
    mark = getattr(error, "problem_mark", None)
    return f": line {mark.line + 1}, column {mark.column + 1}" if mark else ""


def _template_hint(text: bytes) -> str:
    if re.search(rb"(?m)^[^#\n]*\{\{", text):
        return "It has template actions ({{ … }}): render it first, for example with `helmfile write-values`"
    return ""


class _Reader:
    """Turns YAML nodes into values, and counts them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes = 0
        self._above: list[Any] = []

    def value(self, node: Any) -> Any:
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise ValuesError(f"{self._name} has more than {_MOST_NODES:,} values, with its aliases followed")
        if len(self._above) > _DEEPEST:
            raise ValuesError(f"{self._where(node)}: it is more than {_DEEPEST} levels deep")
        if any(node is above for above in self._above):
            raise ValuesError(f"{self._where(node)}: the alias is inside of what it stands for")
        if node.id == "scalar":
            return self._scalar(node)
        self._above.append(node)
        value = self.mapping(node) if node.id == "mapping" else [self.value(item) for item in node.value]
        self._above.pop()
        return value

    def mapping(self, node: Any) -> dict[str, Any]:
        own, merged = {}, {}
        lines: dict[str, int] = {}
        for key, child in self._pairs(node):
            if key.tag == "tag:yaml.org,2002:merge":
                merged.update(self._merged(child))
                continue
            name = str(key.value)
            if name in lines:
                hint = "Helm refuses that; keep one of them"
                raise ValuesError(f"{self._where(key)}: the key {name!r} is in line {lines[name]} already", hint=hint)
            lines[name] = key.start_mark.line + 1
            own[name] = self.value(child)
        return {**merged, **own}

    def _pairs(self, node: Any) -> Iterator[tuple[ScalarNode, Any]]:
        for key, child in node.value:
            if key.id != "scalar":
                hint = 'A template action needs quotes: "{{ … }}"' if key.id == "mapping" else ""
                raise ValuesError(f"{self._where(key)}: a key is a {key.id}", hint=hint)
            yield key, child

    def _merged(self, node: Any) -> dict[str, Any]:
        sources = [self.value(source) for source in (node.value if node.id == "sequence" else [node])]
        merged: dict[str, Any] = {}
        for source in reversed(sources):
            if not isinstance(source, dict):
                raise ValuesError(f"{self._where(node)}: << takes a mapping")
            merged.update(source)
        return merged

    def _scalar(self, node: ScalarNode) -> Any:
        import yaml

        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        if kind in {"str", "timestamp", "value"}:
            return node.value
        if kind not in {"null", "bool", "int", "float"}:
            hint = "Helm knows no tags; write the value itself"
            raise ValuesError(f"{self._where(node)}: the tag {node.tag} has no meaning here", hint=hint)
        try:
            return yaml.SafeLoader("").construct_object(node)
        except (yaml.YAMLError, ValueError, LookupError):  # `!!bool x` and `!!int ""`
            raise ValuesError(f"{self._where(node)}: not a valid {kind}") from None

    def _where(self, node: Any) -> str:
        return f"{self._name}, line {node.start_mark.line + 1}"


def _check_is_values(values: dict[str, Any], name: str) -> None:
    if "sops" in values:
        raise ValuesError(f"{name} is encrypted with SOPS", hint="Decrypt it first: sops decrypt FILE")
    if "$ANSIBLE_VAULT" in str(next(iter(values), "")):
        raise ValuesError(f"{name} is encrypted with Ansible Vault", hint="Decrypt it first")
    kind = values.get("kind")
    if "apiVersion" in values and isinstance(kind, str):
        hint = _KUBERNETES_KINDS.get(kind, "Pass the values that Helm is given")
        raise ValuesError(f"{name} is a Kubernetes {kind}, not a values file", hint=hint)
