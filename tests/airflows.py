"""What the tests say differently on each Airflow, so that one text of a DAG file serves all versions."""

import shutil
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
