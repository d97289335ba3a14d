"""What the tests say differently on each Airflow, so that one text of a DAG file serves all versions."""

import shutil
import warnings
from collections.abc import Iterable
from importlib import import_module, reload
from pathlib import Path

from airflow.serialization import serialized_objects

from airflowkit._airflow import airflow_version

DagSerialization = getattr(serialized_objects, "DagSerialization", None) or serialized_objects.SerializedDAG  # < 3.2


def for_this_airflow(source: str) -> str:
    """Return a DAG file of Airflow 3 as a repository with Airflow 2 has it: it imports from the compatibility layer."""
    return (
        source.replace("airflow.sdk", "airflow.providers.common.compat.sdk") if airflow_version() < (3, 0) else source
    )


def in_dag(task: str, **arguments: str) -> str:
    """Return the text of a DAG with one task."""
    given = "".join(f", {name}={value}" for name, value in ({"schedule": "None"} | arguments).items())
    return f'with DAG("orders"{given}):\n    {task}\n'


def copied(source: Path, target: Path) -> Path:
    """Copy a folder, its DAG files as this Airflow's users would have written them."""
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for file in target.rglob("*.py"):
        file.write_bytes(for_this_airflow(file.read_bytes().decode("latin-1")).encode("latin-1"))
    return target


def files_airflow_reads(folder: Path, *, safe_mode: bool = True) -> list[str]:
    """Return the files of a folder that Airflow itself takes for DAG files, sorted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a newer pathspec
        return sorted(
            _read_by_importers(folder, safe_mode) if airflow_version() >= (3, 4) else _read(folder, safe_mode)
        )


def _read(folder: Path, safe_mode: bool) -> Iterable[str]:  # noqa: FBT001
    module = reload(import_module("airflow.utils.file"))  # older ones read the syntax of ignore files at their import
    files: list[str] = module.list_py_file_paths(folder, safe_mode=safe_mode)
    return files


def _read_by_importers(folder: Path, safe_mode: bool) -> Iterable[str]:  # noqa: FBT001
    """Ask the importers of Airflow 3.4; the modules of an archive count as the archive."""
    from airflow.dag_processing.bundles.local import LocalDagBundle
    from airflow.sdk.importers import get_importer_registry, reset_importer_registry

    reset_importer_registry()  # it keeps what was configured
    bundle = LocalDagBundle(name="dags", path=str(folder))
    found = [found for _, found in get_importer_registry().list_dag_definitions(bundle, safe_mode=safe_mode)]
    places = [getattr(it, "source_reference", None) or getattr(it, "zip_path", None) or repr(it) for it in found]
    return {str(folder / place) for place in places}
