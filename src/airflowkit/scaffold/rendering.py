"""Renders the templates: the same values give the same bytes."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jinja2 import Environment

    from airflowkit.scaffold.answers import DagAnswers, RepositoryAnswers

_TEMPLATES: Final = Path(__file__).parent / "templates"
_SUFFIX: Final = ".j2"
_LINE_LENGTH: Final = 88  # the default of ruff and black


def render_dag(answers: DagAnswers) -> str:
    """Return the text of a DAG file."""
    return _render(f"dag/{answers.template}.py{_SUFFIX}", {"dag": answers})


def render_repository(answers: RepositoryAnswers, first_dag: DagAnswers) -> dict[str, str]:
    """Return the text of every file of a repository by its path, in order."""
    folder = _TEMPLATES / "repository"
    names = {"repo": answers, "dag": first_dag}
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob(f"*{_SUFFIX}"))
    files = {path.removesuffix(_SUFFIX): _render(f"repository/{path}", names) for path in paths}
    return files | {
        f"dags/{first_dag.name}.py": render_dag(first_dag),
        "airflowkit.local.toml": files["airflowkit.local.toml.example"],  # ignored by git; the first runs need it
    }


def _render(template: str, answers: Mapping[str, object]) -> str:
    return _environment().get_template(template).render(answers)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Return Jinja with square brackets: Airflow, Helm and GitHub workflows use the braces."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(  # noqa: S701  the texts are Python, YAML and TOML, not HTML
        loader=FileSystemLoader(_TEMPLATES),
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
    environment.filters["quoted"] = _quoted
    environment.filters["layout"] = _layout
    return environment


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


def _width(line: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in line)
