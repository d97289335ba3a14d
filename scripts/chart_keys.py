"""Writes down which keys the official Airflow chart knows, from the chart's own values schema.

The schema itself is not shipped: it is 827 kB, most of it Kubernetes' own types and descriptions. What airflowkit needs
at run time is which keys there are and of what types: a few kilobytes of facts.

    python scripts/chart_keys.py airflow-1.22.0.tgz       # the released chart
    python scripts/chart_keys.py values.schema.json 1.22.0
"""

from __future__ import annotations

import json
import sys
import tarfile
from pathlib import Path
from typing import Any

import yaml

TARGET = Path(__file__).parent.parent / "src/airflowkit/deploy/values/chart_keys.json"
SUBCHARTS = ("postgresql",)
"""Their other keys are the subchart's, which the schema does not name."""


def main(source: Path, version: str = "") -> None:
    schema, version = _schema_in(source) if source.suffix == ".tgz" else (json.loads(source.read_text()), version)
    keys = _keys(schema, schema["definitions"])
    for name in SUBCHARTS:
        _open(keys[name])
    TARGET.write_text(json.dumps({"chart": version, "keys": keys}, indent=1, sort_keys=True) + "\n")
    print(f"wrote {TARGET}")


def _open(keys: dict[str, Any]) -> None:
    for child in keys.values():
        if isinstance(child, dict):
            _open(child)
    keys["*"] = "any"


def _schema_in(archive: Path) -> tuple[Any, str]:
    with tarfile.open(archive) as members:
        schema, chart = (members.extractfile(f"airflow/{name}") for name in ("values.schema.json", "Chart.yaml"))
        return json.load(schema), yaml.safe_load(chart)["version"]


def _keys(node: dict[str, Any], definitions: dict[str, Any]) -> Any:
    """Return the keys of an object, or the types of anything else, as `integer|null`."""
    node = _resolved(node, definitions)
    found = {name: _keys(child, definitions) for name, child in node.get("properties", {}).items()}
    if isinstance(node.get("additionalProperties"), dict):
        found["*"] = _keys(node["additionalProperties"], definitions)
    if isinstance(node.get("items"), dict) and "properties" in node["items"]:
        found["[]"] = _keys(node["items"], definitions)
    return found or _types(node)


def _resolved(node: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference to the chart's own types; one of Kubernetes' is an object, whatever is in it."""
    if not (reference := node.get("$ref", "").rpartition("/")[2]):
        return node
    kubernetes = reference.startswith("io.k8s.")
    return {"type": definitions[reference].get("type", "object")} if kubernetes else definitions[reference]


def _types(node: dict[str, Any]) -> str:
    named = node.get("type", [])
    named = [named] if isinstance(named, str) else named
    for choice in (*node.get("oneOf", ()), *node.get("anyOf", ())):
        named = [*named, *_types(choice).split("|")]
    return "|".join(sorted(set(named))) or "any"


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
