"""The Jinja in which templates are written: square brackets, and layout as ruff has it."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from jinja2 import Environment

SUFFIX: Final = ".j2"
_LINE_LENGTH: Final = 88  # the default of ruff and black
_LONGEST_IMAGE: Final = 100


@lru_cache(maxsize=8)
def environment(*folders: Path) -> Environment:
    """Return Jinja with square brackets: Airflow, Helm and GitHub workflows use the braces.

    It is sandboxed, because a team's own templates may come from a repository of others.

    Args:
        folders: Where templates are searched for, in order.
    """
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    made = ImmutableSandboxedEnvironment(  # the texts are Python, YAML and TOML, not HTML
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"quoted": _quoted, "layout": _layout, "imported": _imported, "image_name": _image_name}
    return made


def _quoted(text: str) -> str:
    """Return a literal that Python, TOML and YAML read the same way."""
    return json.dumps(text, ensure_ascii=False)


def _layout(items: Iterable[str], start: str, end: str) -> str:
    """Return a list or a call as ruff formats it: on one line if it fits, else one item per line."""
    items = list(items)
    one_line = f"{start}{', '.join(items)}{end}"
    if _width(one_line) <= _LINE_LENGTH:
        return one_line
    indent = " " * (len(start) - len(start.lstrip()))
    return "\n".join([start, *(f"{indent}    {item}," for item in items), f"{indent}{end}"])


def _imported(names: Iterable[str]) -> str:
    """Return an import from airflowkit as ruff formats and sorts it."""
    names = sorted(names, key=lambda name: (not name[0].isupper(), name))
    one_line = f"from airflowkit import {', '.join(names)}"
    return one_line if _width(one_line) <= _LINE_LENGTH else _layout(names, "from airflowkit import (", ")")


def _image_name(name: str) -> str:
    """Return the name of a DAG as that of an image, which has fewer characters."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower())[:_LONGEST_IMAGE].strip("-") or "script"


def _width(line: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in line)
