"""Judges the Secrets that the repository has as manifests, encrypted or not: by the names of their keys alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from airflowkit.deploy.doctor.findings import Finding
from airflowkit.deploy.doctor.repository.releases import official_releases
from airflowkit.deploy.doctor.repository.texts import texts
from airflowkit.deploy.doctor.source import Examination
from airflowkit.deploy.secrets.deployment import Deployment
from airflowkit.deploy.secrets.reading import read_references
from airflowkit.deploy.secrets.references import needs_of
from airflowkit.deploy.values.chart import wrong_types
from airflowkit.deploy.values.lookup import value_at
from airflowkit.errors import AirflowKitError, agreeing
from airflowkit.repository import from_here
from airflowkit.yaml_text import document, documents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from airflowkit.deploy.doctor.source import Request
    from airflowkit.deploy.secrets.references import Need

_KINDS: Final = ("Secret", "SealedSecret", "ExternalSecret")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A Secret as a manifest has it: names only.

    Attributes:
        name: Its name.
        keys: Its keys.
        path: The file; the values file, for one of `extraSecrets`.
        line: Where it begins.
    """

    name: str
    keys: frozenset[str]
    path: Path
    line: int | None = None


def lacking_keys(request: Request) -> Iterator[Finding]:
    """Find Secrets without a key that the chart or a pod reads."""
    manifests = [*_of_files(request.root)]
    found: dict[Finding, None] = {}
    for release in official_releases(request):
        extra = [*_extra(release.values, release.files[-1])]
        needs = {need.secret: need for need in _needs(request, dict(release.values))}
        for each in (*manifests, *extra):
            if each.name in needs and (finding := _lacks(each, needs[each.name])):
                found[finding] = None
    yield from found


def _lacks(manifest: Manifest, need: Need) -> Finding | None:
    missing = [key for key in need.keys if key not in manifest.keys]
    if not missing:
        return None
    git = " (git-sync 4 and 3 read a pair each)" if any(key.startswith("GIT") for key in missing) else ""
    return Finding(
        "AD132",
        f"it lacks {', '.join(missing)}, which {', '.join(need.where)} {agreeing(len(need.where), 'read')}{git}",
        subject=f"Secret {manifest.name}",
        hint="add what is missing; `airflowkit secrets` makes whole Secrets",
        path=str(from_here(manifest.path)),
        line=manifest.line,
        reference="apache/airflow#43247" if git else "",
    )


def _needs(request: Request, values: dict[str, Any]) -> tuple[Need, ...]:
    """Return what the values read, also from Secrets that the chart makes of `extraSecrets`."""
    values.pop("extraSecrets", None)
    if any(taken in {"a list", "a mapping"} for _, taken in wrong_types(values)):
        return ()  # a finding of its own, too
    try:
        return needs_of(read_references(Deployment(values, request.release, request.namespace or "airflow")).references)
    except AirflowKitError:
        return ()  # a value that cannot be a Secret's name is a finding of its own


def _extra(values: Mapping[str, Any], path: Path) -> Iterator[Manifest]:
    import yaml

    made = value_at(values, "extraSecrets", {})
    for name, secret in made.items() if isinstance(made, dict) else ():
        keys: set[str] = set()
        for part in ("data", "stringData"):
            content = secret.get(part) if isinstance(secret, dict) else None
            try:
                content = document(content) if isinstance(content, str) else content
            except yaml.YAMLError:
                return  # a template
            keys |= set(map(str, content)) if isinstance(content, dict) else set()
        yield Manifest(str(name), frozenset(keys), path)


def _of_files(root: Path) -> Iterator[Manifest]:
    for path, text in texts(root, ("*.yaml", "*.yml")):
        if any(f"kind: {kind}" in text for kind in _KINDS) and "{{" not in text:
            yield from _of_text(path, text)


def _of_text(path: Path, text: str) -> Iterator[Manifest]:
    import yaml

    try:
        for line, content in documents(text):
            keys = _keys(content) if isinstance(content, dict) else None
            if keys is not None:
                yield Manifest(_name(content), keys, path, line)
    except yaml.YAMLError:
        return  # other tools say so; it is no values file


def _name(document: Mapping[str, Any]) -> str:
    target = value_at(document, "spec.target.name") or value_at(document, "spec.template.metadata.name")
    return str(target or value_at(document, "metadata.name", ""))


def _keys(document: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the keys that a Secret will have, or None where they cannot be known."""
    kind = document.get("kind")
    if kind == "Secret":
        parts = (document.get("data"), document.get("stringData"))
        return frozenset(str(key) for part in parts if isinstance(part, dict) for key in part)
    if kind == "SealedSecret":
        sealed = value_at(document, "spec.encryptedData")
        return frozenset(map(str, sealed)) if isinstance(sealed, dict) else None
    named = value_at(document, "spec.data")
    if kind == "ExternalSecret" and isinstance(named, list) and not value_at(document, "spec.dataFrom"):
        return frozenset(str(each.get("secretKey")) for each in named if isinstance(each, dict))
    return None


EXAMINATIONS: Final = (Examination(("AD132",), lacking_keys, "the manifests of Secrets"),)
