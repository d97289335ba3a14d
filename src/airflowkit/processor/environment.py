"""The variables and the import path that a DAG processor has, for processes of ours that import DAG files."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from airflowkit import _airflow
from airflowkit.processor.roots import import_roots
from airflowkit.repository import plain, plugins_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

DAGS_FOLDER: Final = "AIRFLOW__CORE__DAGS_FOLDER"
PLUGINS_FOLDER: Final = "AIRFLOW__CORE__PLUGINS_FOLDER"
_ENTERED: Final[set[str]] = set()
"""The DAG folders for which the import path of this process was extended; Airflow 2 itself puts its own there."""


def processor_variables(dags: Path) -> dict[str, str]:
    """Return the variables that tell Airflow where the DAGs and the plugins are; set them before it is imported.

    `[core] dags_folder` is the DAG folder, whatever the environment says: factories look there for their own files.
    """
    ours = {DAGS_FOLDER: str(plain(dags))}
    if _are_airflows_examples(dags):  # with their plugins, which it registers by their place in its package
        return ours | {"AIRFLOW__CORE__LOAD_EXAMPLES": "True"}
    plugins = plugins_folder(dags)
    return ours | ({PLUGINS_FOLDER: str(plugins)} if plugins else {})


def _are_airflows_examples(dags: Path) -> bool:
    """Return whether a DAG folder is that of the examples in Airflow's own package."""
    folder = plain(dags)
    return folder.name == "example_dags" and str(folder.parent) in {f"{path}/airflow" for path in sys.path}


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables of this process, and of those that it starts meanwhile."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def as_processor(dags: Path) -> Iterator[None]:
    """Import DAG files in this process as the DAG processor does: with its folders and its import path.

    The import path stays, because a DAG may import more when it is used.
    """
    ours = processor_variables(dags)
    with environment(ours):
        _airflow.use_folders(ours[DAGS_FOLDER], ours.get(PLUGINS_FOLDER))
        extend_import_path(dags)
        yield


def extend_import_path(dags: Path, others: Iterable[str] = ()) -> None:
    """Put the import roots of a DAG folder on the path of this process, and of those that it starts.

    They come before what is installed, where `PYTHONPATH` puts them, and the plugins and the DAG folder behind it,
    where Airflow puts them. Airflow should be imported by then: a folder of the repository may have its name.

    Args:
        dags: The DAG folder.
        others: What else to put before what is installed.
    """
    folder = str(plain(dags))
    if folder in _ENTERED and folder in sys.path and not others:
        return  # once in a process: it means reading the repository's files
    _ENTERED.add(folder)
    roots = [str(root.path) for root in import_roots(dags)]
    first = [path for path in dict.fromkeys((*others, *roots)) if path not in sys.path]
    sys.path[:0] = first
    plugins = plugins_folder(dags)
    sys.path += [str(path) for path in (plugins, folder) if path and str(path) not in sys.path]
    inherited = os.environ.get("PYTHONPATH", "")
    if first:
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (*first, inherited)))
