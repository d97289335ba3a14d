"""What the tests say differently on each Airflow, so that one text of a DAG file serves all versions."""

from airflow.serialization import serialized_objects

from airflowkit._airflow import airflow_version

DagSerialization = getattr(serialized_objects, "DagSerialization", None) or serialized_objects.SerializedDAG  # < 3.2


def for_this_airflow(source: str) -> str:
    """Return a DAG file of Airflow 3 as a repository with Airflow 2 has it: it imports from the compatibility layer."""
    return (
        source.replace("airflow.sdk", "airflow.providers.common.compat.sdk") if airflow_version() < (3, 0) else source
    )
