"""Where a new DAG belongs, and which DAGs exist."""

from __future__ import annotations

import ast
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from airflowkit.discovery.dag_files import dag_files, holds_dag_files
from airflowkit.pods.schema.image_reference import PUBLIC_REGISTRIES, ImageReference, parse_image
from airflowkit.repository import dags_folder, repository_root
from airflowkit.setting_sections import Teams
from airflowkit.settings import check_settings, load_settings

if TYPE_CHECKING:
    from pathlib import Path

_ASKS_FOR_AN_ALERT: Final = "AK501"


def folder_for_dag(start: Path) -> Path:
    """Return the folder for a new DAG.

    That is the DAG folder of the repository around `start`, or `start` itself if it is inside it. Without a DAG folder
    it is `start` if it contains DAG files or is called `dags`, and else a new folder `dags`.
    """
    dags = dags_folder(start) or (repository_root(start) or start) / "dags"
    is_inside = start.is_relative_to(dags) if dags.is_dir() else start.name == "dags" or holds_dag_files(start)
    return start if is_inside else dags


def default_owner(folder: Path) -> str | None:
    """Return the owner in `airflowkit.toml`'s preset `standard`, if it has one."""
    owner = load_settings(folder).presets.get("standard", {}).get("owner")
    return None if owner is None else str(owner)


def alerts_by_teams(folder: Path) -> bool:
    """Return whether new DAGs send their failures to Microsoft Teams.

    They do unless the repository does without, as `new-repo --no-teams` writes it: `airflowkit.toml` ignores the rule
    that asks for an alert, and says nothing about Teams.
    """
    settings = load_settings(folder)
    return _ASKS_FOR_AN_ALERT not in settings.check.ignore or settings.teams != Teams()


def needs_pull_secret(image: str, folder: Path) -> bool:
    """Return whether the pods of a DAG have to name a Secret for their image: it is private, and no setting has one."""
    settings, found = load_settings(folder), parse_image(image)
    if not isinstance(found, ImageReference) or not found.registry or found.registry.startswith("localhost"):
        return False
    public = found.registry in PUBLIC_REGISTRIES or found.registry in check_settings(folder).public_registries
    named = any({"image_pull_secrets", "service_account_name"} & layer.values.keys() for layer in settings.pod_layers)
    return not public and not named


def is_elsewhere(dag_id: str, folder: Path) -> bool:
    """Return whether a DAG is one of another repository, according to `[check] external_dags`."""
    return any(fnmatchcase(dag_id, pattern) for pattern in check_settings(folder).external_dags)


def file_of_dag(dag_id: str, folder: Path) -> Path | None:
    """Return a file below a folder that has a DAG of this id: Airflow would take them for one, and show either."""
    mentioning = (path for path in dag_files(folder) if dag_id.encode() in _read(path))  # cheaper than parsing them all
    return next((path for path in mentioning if dag_id in _dags(path)), None)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def schedule_of(dag_id: str, file: Path) -> str | None:
    """Return the schedule that a file writes for a DAG as plain text, empty for none; None where it writes another."""
    return _dags(file).get(dag_id, {}).get("schedule")


def _dags(path: Path) -> dict[str, dict[str, str]]:
    """Return the texts that a file passes to each of its `DAG`s, `dag`s and `@dag` functions, by the DAG's id."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, RecursionError):
        return {}
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in {"DAG", "dag"}:
            texts = _texts(node)
            if dag_id := texts.get("dag_id", texts.get("")):
                found[dag_id] = texts
        elif isinstance(node, ast.FunctionDef):
            for decorator in filter(_is_dag, node.decorator_list):
                found[node.name] = _texts(decorator) if isinstance(decorator, ast.Call) else {}
    return found


def _texts(call: ast.Call) -> dict[str, str]:
    """Return the plain strings among a call's arguments by name, the first one without a name as an empty name.

    None is an empty string.
    """
    values = {keyword.arg or "**": keyword.value for keyword in call.keywords} | dict(
        zip([""], call.args, strict=False)
    )
    return {
        name: value.value or ""
        for name, value in values.items()
        if isinstance(value, ast.Constant) and isinstance(value.value, str | None)
    }


def _is_dag(decorator: ast.expr) -> bool:
    """Say whether a decorator is `@dag` or `@dag(...)` without an id of its own."""
    if isinstance(decorator, ast.Call):
        names_itself = decorator.args or any(keyword.arg == "dag_id" for keyword in decorator.keywords)
        return not names_itself and _name(decorator.func) == "dag"
    return _name(decorator) == "dag"


def _name(function: ast.expr) -> str:
    """Return what a call names last: `DAG` of both `DAG(...)` and `sdk.DAG(...)`."""
    return str(getattr(function, "id", getattr(function, "attr", "")))
