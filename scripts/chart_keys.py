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
    if source.suffix == ".tgz":
        schema, defaults, version = _read(source)
    else:
        schema, defaults = json.loads(source.read_text()), {}
    keys = _in_order(_keys(schema, schema["definitions"]), defaults)
    for name in SUBCHARTS:
        _open(keys[name])
    TARGET.write_text(json.dumps({"chart": version, "keys": keys}, indent=1) + "\n")
    print(f"wrote {TARGET}")


def _open(keys: dict[str, Any]) -> None:
    for child in keys.values():
        if isinstance(child, dict):
            _open(child)
    keys["*"] = "any"


def _read(archive: Path) -> tuple[Any, Any, str]:
    """Return the schema of a released chart, its default values, and its version."""
    with tarfile.open(archive) as members:
        read = [members.extractfile(f"airflow/{name}") for name in ("values.schema.json", "values.yaml", "Chart.yaml")]
        schema, defaults, chart = (yaml.safe_load(file) for file in read)
    return schema, defaults, chart["version"]


def _in_order(keys: Any, defaults: Any) -> Any:
    """Return keys in the order in which the chart's own values file has them."""
    if not isinstance(keys, dict):
        return keys
    defaults = defaults if isinstance(defaults, dict) else {}
    order = [name for name in defaults if name in keys]
    return {name: _in_order(keys[name], defaults.get(name)) for name in dict.fromkeys((*order, *keys))}


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
