"""The reference of `airflowkit.toml`, from its fields' descriptions."""

from __future__ import annotations

import json
from typing import Any, Final

from scripts.site.tables import code, table
from scripts.site.undocumented import require

from airflowkit.settings import FILE_NAME, settings_schema

INTRODUCTION: Final = """\
The settings of a repository, in its root; `AIRFLOWKIT_CONFIG` selects another file. Every section may be in
`[profile.NAME]` as well, such as `[profile.dev.pod]`: what is there overrides the rest while `AIRFLOWKIT_PROFILE` is
`NAME`. `airflowkit new-repo` writes a JSON Schema beside the file, by which editors complete it.

`[tool.airflowkit.check]` of `pyproject.toml` is for repositories without an `airflowkit.toml`.
"""
_TYPES: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "table",
    "array": "list",
}


def pages() -> dict[str, str]:
    """Return the page, by its place.

    Raises:
        UndocumentedError: A setting has no description.
    """
    schema = settings_schema()
    models = dict(schema["$defs"])
    parts = []
    for name, field in schema["properties"].items():
        model = models.pop(_model(field), None)
        if name != "profile":
            parts.append(_section(name, model) if model else _of_names(name, field))
    entries = [_section(_slug(model), model) for model in models.values()]
    return {"reference/settings.md": f"# {FILE_NAME}\n\n{INTRODUCTION}\n{''.join([*parts, *entries])}"}


def _model(field: dict[str, Any]) -> str:
    """Return the name of a section's model, or of that of the tables in it."""
    inner = field.get("additionalProperties")
    of_tables = inner.get("$ref", "") if isinstance(inner, dict) else ""
    return str(field.get("$ref") or of_tables).rpartition("/")[2]


def _slug(model: dict[str, Any]) -> str:
    return str(model["title"]).lower()


def _of_names(name: str, field: dict[str, Any]) -> str:
    """Return a section whose keys are the user's own."""
    return f"## `[{name}]` {{ #{name} }}\n\n{_sentence(require(field.get('description'), name))}\n\n"


def _section(name: str, model: dict[str, Any]) -> str:
    """Return a section; its docstring begins with what it is called."""
    title, _, text = require(model.get("description"), name).partition(": ")
    rows = [
        (code(key), _type(field), code(_default(field)), _sentence(require(field.get("description"), f"{title} {key}")))
        for key, field in model["properties"].items()
        if key != "profile"
    ]
    about = f"{_sentence(text)}\n\n" if text else ""
    heading = f"## {title.removesuffix('.')} {{ #{name} }}"
    return f"{heading}\n\n{about}{table(('setting', 'type', 'default', 'what it says'), rows)}\n"


def _type(field: dict[str, Any]) -> str:
    """Return the type of a setting in words."""
    if "enum" in field:
        return "one of " + ", ".join(map(code, field["enum"]))
    kinds = [kind for kind in field.get("anyOf", [field]) if kind.get("type") != "null"]
    if len(kinds) > 1:
        return " or ".join(map(_type, kinds))
    inner = kinds[0].get("items") or kinds[0].get("additionalProperties")
    name = _TYPES.get(kinds[0].get("type", "object"), "table")
    if kinds[0].get("format") == "date":
        return "date"
    if not isinstance(inner, dict) or not inner:
        return name
    return f"{name} of {_type(inner).replace('table', 'tables').replace('number', 'numbers')}"


def _default(field: dict[str, Any]) -> str:
    default = field.get("default")
    return "" if default in (None, "", [], {}) else json.dumps(default)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".removesuffix(".") + "."
