"""Secrets as the manifests that `kubectl` reads."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflowkit.deploy.secrets.confidential import Confidential
from airflowkit.deploy.secrets.references import OPAQUE
from airflowkit.deploy.values.reading import yaml_place
from airflowkit.errors import SecretsError
from airflowkit.yaml_text import documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_HEADER = """\
# The Secrets of an Airflow deployment. Never commit this file.
# kubectl apply --server-side --filename FILE: without --server-side, kubectl also stores the values in an annotation.
"""


@dataclass(frozen=True, slots=True)
class Secret:
    """A Secret with its values.

    Attributes:
        name: Its name.
        type: Its type.
        data: Its values by key.
        version: The resource version that it was read at; empty for a new one.
    """

    name: str
    type: str = OPAQUE
    data: Mapping[str, Confidential] = field(default_factory=dict)
    version: str = ""


def json_list(secrets: Iterable[Secret]) -> bytes:
    """Return Secrets as one JSON document.

    A version makes the API server refuse the object if somebody changed it in between.
    """
    items = [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": each.name, **({"resourceVersion": each.version} if each.version else {})},
            "type": each.type,
            "data": {key: value.base64() for key, value in each.data.items()},
        }
        for each in secrets
    ]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items}).encode()


def yaml_documents(secrets: Iterable[Secret], namespace: str = "") -> str:
    """Return Secrets as YAML that a person can read: text as it is, everything else in base64."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes texts of several lines as such."""

    def literal(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)

    Dumper.add_representer(str, literal)
    documents = [_document(each, namespace) for each in secrets]
    return _HEADER + yaml.dump_all(documents, Dumper=Dumper, sort_keys=False, width=10**9, allow_unicode=True)


def _document(secret: Secret, namespace: str) -> dict[str, Any]:
    texts: dict[str, str] = {}
    encoded: dict[str, str] = {}
    for key, value in secret.data.items():
        try:
            texts[key] = value.text()
        except UnicodeDecodeError:
            encoded[key] = value.base64()
    metadata = {"name": secret.name, **({"namespace": namespace} if namespace else {})}
    document = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": secret.type}
    return {**document, **({"stringData": texts} if texts else {}), **({"data": encoded} if encoded else {})}


def parse_yaml(text: str, where: str) -> list[Secret]:
    """Return the Secrets of a file that `yaml_documents` wrote, perhaps edited since.

    Raises:
        SecretsError: It is something else. The message quotes nothing of it.
    """
    import yaml

    hint = "Only a file of Secrets is written again; choose another one"
    try:
        found = documents(text)
    except yaml.YAMLError as error:
        place = yaml_place(error)
    else:
        return [_secret(each, where, hint) for _, document in found if document for each in _items(document)]
    raise SecretsError(f"{where} is not valid YAML{place}", hint=hint)


def parse_object(found: Mapping[str, Any]) -> Secret:
    """Return a Secret as the Kubernetes API shows it."""
    data = {key: Confidential.of_base64(value or "") for key, value in (found.get("data") or {}).items()}
    metadata = found["metadata"]
    return Secret(metadata["name"], found.get("type") or OPAQUE, data, metadata.get("resourceVersion", ""))


def _items(document: Any) -> Iterator[Any]:
    if isinstance(document, dict) and document.get("kind") == "List":
        yield from document.get("items") or []
    else:
        yield document


def _secret(document: Any, where: str, hint: str) -> Secret:
    try:
        data = {key: Confidential(base64.b64decode(text)) for key, text in (document.get("data") or {}).items()}
        data |= {key: Confidential.of_text(str(text)) for key, text in (document.get("stringData") or {}).items()}
        if document["kind"] == "Secret":
            return Secret(str(document["metadata"]["name"]), str(document.get("type") or OPAQUE), data)
    except (KeyError, TypeError, AttributeError, binascii.Error):
        pass
    raise SecretsError(f"{where} has a document that is not a Secret", hint=hint)
