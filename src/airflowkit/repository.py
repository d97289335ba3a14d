"""Where a repository and its DAG folder are, the same for every command.

The repository is the folder with `airflowkit.toml`; without one, the folder with `.git`. Its DAG folder is the one that
`[check] dags_folder` names, else `AIRFLOW__CORE__DAGS_FOLDER` if that is in the repository, else `dags`. Symbolic links
in paths are not resolved; Airflow does not resolve them either.
"""

from __future__ import annotations

import os
from pathlib import Path

from airflowkit.errors import NoSuchPath
from airflowkit.settings import check_settings, find_settings


def repository_root(path: Path) -> Path | None:
    """Return the root of the repository that a path is in, or None."""
    here = plain(path)
    if settings := find_settings(here):
        return settings.parent
    return next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), None)


def dags_folder(path: Path) -> Path | None:
    """Return the DAG folder of the repository that a path is in, or None if it has none.

    Without a repository that is the folder that the environment names, or `dags` in the path. A folder that the
    settings name need not exist yet.
    """
    root = repository_root(path)
    if named := check_settings(plain(path)).dags_folder:
        return (root or plain(path)) / named
    configured = os.environ.get("AIRFLOW__CORE__DAGS_FOLDER", "")
    candidates = [plain(Path(configured).expanduser())] if configured else []
    return next(
        (
            folder
            for folder in (*candidates, (root or plain(path)) / "dags")
            if folder.is_dir() and (root is None or folder.is_relative_to(root))
        ),
        None,
    )


def shown_folder(folder: Path) -> str:
    """Return how a message names a folder: by its path from here; a lone dot would look like a sentence's end."""
    relative = os.path.relpath(folder)
    return "the current folder" if relative == os.curdir else relative


def places_beside(dags: Path) -> tuple[Path, ...]:
    """Return where a repository keeps files that belong to a DAG folder: the folder around it, and the root."""
    root = repository_root(dags) or dags.parent
    return tuple(dict.fromkeys(place for place in (dags.parent, root) if place.is_relative_to(root)))


def plugins_folder(dags: Path) -> Path | None:
    """Return the folder of plugins, whose timetables, macros and strategies the DAGs may use.

    It is the one that the environment names, else the repository's `plugins`, else that of the user's `AIRFLOW_HOME`.
    """
    if configured := os.environ.get("AIRFLOW__CORE__PLUGINS_FOLDER", ""):
        return plain(Path(configured).expanduser())
    home = os.environ.get("AIRFLOW_HOME", "")
    places = (*places_beside(dags), dags, *([Path(home).expanduser()] if home else ()))
    return next((path for place in places if (path := place / "plugins").is_dir()), None)


def default_dags_folder() -> Path:
    """Return the DAG folder of the repository that the current folder is in, or the current folder.

    Raises:
        NoSuchPath: The settings name a folder that does not exist.
    """
    folder = dags_folder(Path.cwd()) or Path.cwd()
    if not folder.is_dir():
        raise NoSuchPath(f"{folder} does not exist", hint="[check] dags_folder names it")
    return folder


def dags_folder_of(path: Path) -> Path:
    """Return the DAG folder that a path contains or is in: Airflow has that on `sys.path`, not a part of it.

    A path around the repository's DAG folder stands for that folder. Elsewhere it is the nearest folder named `dags`,
    or else the path itself, or the folder of the file.

    Raises:
        NoSuchPath: There is nothing at that path.
    """
    if not path.exists():
        raise NoSuchPath(f"{path} does not exist", hint="name a DAG folder or file")
    here = plain(path)
    folder = here if here.is_dir() else here.parent
    root, dags = repository_root(folder), dags_folder(folder)
    if dags and (here.is_relative_to(dags) or dags.is_relative_to(here)):
        return dags
    above = (place for place in (folder, *folder.parents) if root is None or place.is_relative_to(root))
    return next((place for place in above if place.name == "dags"), folder)


def from_here(path: Path) -> Path:
    """Return a path relative to the current folder if it is in there, as messages show it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def plain(path: Path) -> Path:
    """Return an absolute path without `..`; symbolic links are not resolved."""
    return Path(os.path.abspath(path))  # noqa: PTH100  `resolve` follows links
