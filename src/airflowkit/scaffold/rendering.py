"""Renders the templates of a repository: the same values give the same bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit.scaffold import versions
from airflowkit.scaffold.dag_templates.catalogue import DEFAULT, built_in
from airflowkit.scaffold.dag_templates.rendering import render_dag
from airflowkit.scaffold.environment import SUFFIX, environment
from airflowkit.settings import settings_schema

if TYPE_CHECKING:
    from airflowkit.scaffold.answers.dag import DagAnswers
    from airflowkit.scaffold.answers.repository import RepositoryAnswers

SCHEMA: Final = ".airflowkit/airflowkit.schema.json"
"""The schema of `airflowkit.toml`, which its first line names for editors."""
_TEMPLATES: Final = Path(__file__).parent / "templates"


def render_repository(answers: RepositoryAnswers, first_dag: DagAnswers | None) -> dict[str, str]:
    """Return the text of every file of a repository by its path, in order.

    A template that renders to nothing beside these answers makes no file. A part of a template is in `parts/`.

    Args:
        answers: The values for the repository.
        first_dag: The DAG that its tests run, or None for a repository that has DAGs already.
    """
    folder = _TEMPLATES / "repository"
    names = {"repo": answers, "dag": first_dag, "versions": versions}
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob(f"*{SUFFIX}"))
    made = environment(_TEMPLATES)
    texts = {path.removesuffix(SUFFIX): made.get_template(f"repository/{path}").render(names) for path in paths}
    files = {_placed(path, answers): text for path, text in texts.items() if text.strip()}
    files[SCHEMA] = json.dumps(settings_schema(), indent=2) + "\n"
    if first_dag:
        dags = render_dag(built_in().template(DEFAULT), first_dag)
        files |= {f"{answers.dag_files}{path.removeprefix('dags/')}": text for path, text in dags.items()}
    return files


def _placed(path: str, answers: RepositoryAnswers) -> str:
    """Return where a file belongs: the templates' `dags` and `shared` stand for folders that can be chosen."""
    folder, _, rest = path.partition("/")
    places = {"dags": answers.dags_folder, "shared": answers.import_folder}
    place = places.get(folder, folder)
    return rest if place == "." and folder in places else f"{place}/{rest}" if rest else path
