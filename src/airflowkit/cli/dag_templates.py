"""The list of templates that `airflowkit new-dag --list` prints."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from airflowkit.errors import BrokenTemplate

if TYPE_CHECKING:
    from airflowkit.scaffold.dag_templates.catalogue import Catalogue
    from airflowkit.scaffold.dag_templates.template import DagTemplate


def list_them(templates: Catalogue, *, as_json: bool) -> int:
    """Print the templates, and return the exit status: 1 if one of them is broken."""
    found = list(templates.all())
    broken = [each for _, each in found if isinstance(each, BrokenTemplate)]
    if as_json:
        typer.echo(json.dumps([_as_data(name, each) for name, each in found], indent=2, ensure_ascii=False))
        return 1 if broken else 0
    width = max(len(name) for name, _ in found)
    for name, each in found:
        if not isinstance(each, BrokenTemplate):
            typer.echo(f"{name:{width}}  {each.title}")
    for each in broken:
        typer.echo(f"airflowkit: {each}", err=True)
    return 1 if broken else 0


def _as_data(name: str, template: DagTemplate | BrokenTemplate) -> dict[str, Any]:
    if isinstance(template, BrokenTemplate):
        return {"name": name, "error": str(template)}
    return {
        "name": name,
        "title": template.title,
        "page": template.page,
        "source": template.source,
        "options": [asdict(option) for option in template.options],
        "requires": list(template.requires),
    }
