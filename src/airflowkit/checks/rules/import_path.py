"""AK113: what a file imports is in the repository, but not on the import path."""

from __future__ import annotations

import json
import os
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from airflowkit.checks.model.facts import FailureKind
from airflowkit.checks.model.findings import Fault
from airflowkit.checks.model.rule import FileSubject, file_rule
from airflowkit.processor.roots import import_roots, root_of
from airflowkit.repository import places_beside

if TYPE_CHECKING:
    from collections.abc import Iterator


@file_rule("AK113", "module-outside-dag-folder")
def module_outside_dag_folder(file: FileSubject) -> Iterator[Fault]:
    """Checks that the modules of the repository that the file imports are on the import path.

    ## Why it matters
    Airflow puts the DAG folder and the plugins folder on the path, and nothing else. Tests and editors often add the
    repository's root, so the import works there, and in production the DAG is missing.

    ## How to fix it
    If the deployment has the folder on `PYTHONPATH`, name it: `[check] python_path = ["."]`, relative to the root.
    airflowkit reads the Dockerfile, the Compose file, Helm values, CI and pytest's settings, and asks for the setting
    only where they do not say it. Otherwise move the module below the DAG folder, or install it in the image.
    """
    failure, home = file.facts.still_fails or file.facts.failure, module_home(file)
    if not failure or not home:
        return
    name, top = failure.missing_module or "", (failure.missing_module or "").partition(".")[0]
    place = os.path.relpath(home, _root(file))
    setting = f"[check] python_path = {_with_setting(file, place)} in airflowkit.toml"
    if home.is_relative_to(file.folder):
        package = ".".join(home.relative_to(file.folder).parts)
        where, move = f"in {place}: Airflow puts only the DAG folder itself on the path", f"import {package}.{name}"
    elif home / top == _root(file):
        where = "the repository itself: the folder around it is not on the import path"
        move = f"import what is in it without `{top}.`"
    elif home / top == file.folder:
        where = "the DAG folder itself: Airflow puts that on the path, not the folder around it"
        move = f"import what is in it without `{top}.`"
    else:
        where = f"in {_said(place)}: that is not on the import path"
        move = "move it below the DAG folder, or install it in the image"
    hint = f"if the deployment has {_said(place)} on PYTHONPATH, write {setting}; otherwise {move}"
    yield Fault(f"imports {name!r}, which is {where}", hint=hint, line=failure.line)


def _said(place: str) -> str:
    return {".": "the repository's root", "..": "the folder around the repository"}.get(place, place)


def module_home(file: FileSubject) -> Path | None:
    """Return the folder of the repository that contains a module which the file could not import, if there is one."""
    failure = file.facts.still_fails if file.facts.outdated else file.facts.failure
    if not failure or failure.kind is not FailureKind.EXCEPTION or not failure.missing_module:
        return None
    top = failure.missing_module.partition(".")[0]
    if top == "airflow":  # a repository may have a folder of that name
        return None
    if found := next((folder for folder in _candidates(file) if _contains(folder, top)), None):
        return found
    root = _root(file)
    return root.parent if root.name == top else None


def _candidates(file: FileSubject) -> Iterator[Path]:
    """Yield the folders that a deployment might have on its path: beside the DAG folder, at the root, at the file."""
    beside = places_beside(file.folder) or (file.folder.parent,)
    inside = (it for it in Path(file.facts.path).parents if it.is_relative_to(file.folder) and it != file.folder)
    return chain(beside, *map(_folders, beside), inside)


def _folders(place: Path) -> list[Path]:
    try:
        return sorted(path for path in place.iterdir() if path.is_dir() and not path.name.startswith((".", "_")))
    except OSError:
        return []


def _contains(folder: Path, top: str) -> bool:
    """Return whether a folder contains a module, or a package: `docker/` may hold nothing but a Dockerfile."""
    if (folder / f"{top}.py").is_file():
        return True
    return any(chain.from_iterable((folder / top).glob(pattern) for pattern in ("*.py", "*/*.py")))


def _root(file: FileSubject) -> Path:
    return root_of(file.folder) or file.folder.parent


def _with_setting(file: FileSubject, place: str) -> str:
    """Return the value of the setting with one more folder: it replaces what the repository says."""
    known = (os.path.relpath(root.path, _root(file)) for root in import_roots(file.folder) if not root.for_tests)
    return json.dumps(list(dict.fromkeys((*known, place))))
