"""Renders the templates: the same values give the same bytes."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unicodedata import east_asian_width

from airflowkit.scaffold import versions
from airflowkit.settings import settings_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jinja2 import Environment

    from airflowkit.scaffold.answers.dag import DagAnswers
    from airflowkit.scaffold.answers.repository import RepositoryAnswers

SCHEMA: Final = ".airflowkit/airflowkit.schema.json"
"""The schema of `airflowkit.toml`, which its first line names for editors."""
_TEMPLATES: Final = Path(__file__).parent / "templates"
_SUFFIX: Final = ".j2"
_LINE_LENGTH: Final = 88  # the default of ruff and black


def render_dag(answers: DagAnswers) -> str:
    """Return the text of a DAG file."""
    return _render(f"dag/{answers.template}.py{_SUFFIX}", {"dag": answers})


def render_repository(answers: RepositoryAnswers, first_dag: DagAnswers | None) -> dict[str, str]:
    """Return the text of every file of a repository by its path, in order.

    A template that renders to nothing beside these answers makes no file. A part of a template is in `parts/`.

    Args:
        answers: The values for the repository.
        first_dag: The DAG that its tests run, or None for a repository that has DAGs already.
    """
    folder = _TEMPLATES / "repository"
    names = {"repo": answers, "dag": first_dag, "versions": versions}
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob(f"*{_SUFFIX}"))
    texts = {path.removesuffix(_SUFFIX): _render(f"repository/{path}", names) for path in paths}
    files = {_placed(path, answers): text for path, text in texts.items() if text.strip()}
    files[SCHEMA] = json.dumps(settings_schema(), indent=2) + "\n"
    if first_dag:
        files[f"{answers.dag_files}{first_dag.name}.py"] = render_dag(first_dag)
    return files


def _placed(path: str, answers: RepositoryAnswers) -> str:
    """Return where a file belongs: the templates' `dags` and `shared` stand for folders that can be chosen."""
    folder, _, rest = path.partition("/")
    places = {"dags": answers.dags_folder, "shared": answers.import_folder}
    place = places.get(folder, folder)
    return rest if place == "." and folder in places else f"{place}/{rest}" if rest else path


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
    environment.filters["imported"] = _imported
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


def _imported(names: Iterable[str]) -> str:
    """Return an import from airflowkit as ruff formats it."""
    names = list(names)
    one_line = f"from airflowkit import {', '.join(names)}"
    return one_line if _width(one_line) <= _LINE_LENGTH else _layout(names, "from airflowkit import (", ")")


def _width(line: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in line)
