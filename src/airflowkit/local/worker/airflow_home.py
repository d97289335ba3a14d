"""The run's own AIRFLOW_HOME: SQLite in a scratch folder; the user's Airflow is neither read nor written."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from airflowkit._airflow import BUNDLE, connection_variable, home_variables
from airflowkit.processor.environment import PLUGINS_FOLDER, processor_variables
from airflowkit.replacement import atomic_write

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_CONNECTION: Final = "kubernetes_default"
"""The connection of all pods of a run: it names no cluster, so KUBECONFIG decides."""
_VARIABLE: Final = connection_variable(DEFAULT_CONNECTION)
_KEPT: Final = ("namespace", "xcom_sidecar_container_image", "xcom_sidecar_container_resources")
"""The extras of the user's connection that hold in a local run too: none of them selects a cluster."""
_LEVELS: Final = "AIRFLOW__LOGGING__NAMESPACE_LEVELS"
_COMMANDS: Final = "airflow.task.hooks.airflow.providers.standard.hooks.subprocess.SubprocessHook"
"""The logger of what BashOperator's command prints."""
_DATABASE: Final = "airflow.db"
_DROPPED: Final = frozenset(
    {
        "AIRFLOW_CONFIG",
        "AIRFLOW__CORE__UNIT_TEST_MODE",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_SECRET",
        # A secrets backend is asked before the environment, and may have a connection to a real cluster.
        "AIRFLOW__SECRETS__BACKEND",
        "AIRFLOW__WORKERS__SECRETS_BACKEND",
        "PYTHONDONTWRITEBYTECODE",
    }
)


def environment(home: Path, kubeconfig: Path, dags: Path, *, verbose: bool) -> dict[str, str]:
    """Return the environment for a run: the user's variables, with Airflow pointed at its own home.

    It must be set before anything imports Airflow. The user's AIRFLOW_CONN_* and AIRFLOW_VAR_* stay.

    Args:
        home: The scratch AIRFLOW_HOME.
        kubeconfig: The loopback API's kubeconfig; set in this one way only, because the operator's trigger rejects two.
        dags: The DAG folder.
        verbose: Whether to show Airflow's own log.
    """
    ours = home_variables(home, _DATABASE) | {
        # Before 3.3 the task API does not start without one. It protects nothing: that API is not on any network.
        "AIRFLOW__API_AUTH__JWT_SECRET": "airflowkit" * 7,
        _VARIABLE: _local_connection(os.environ.get(_VARIABLE, "")),
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([_bundle(home / "dags")]),
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO" if verbose else "WARNING",
        _LEVELS: f"{os.environ.get(_LEVELS, '')} {_COMMANDS}=INFO".strip(),
        "AIRFLOW__LOGGING__REMOTE_LOGGING": "False",
        "AIRFLOW__SCHEDULER__ENABLE_TRACEMALLOC": "False",
        "KUBECONFIG": str(kubeconfig),
        "PYTHONUNBUFFERED": "1",
    }
    kept = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    return kept | {PLUGINS_FOLDER: str(home / "plugins")} | ours | processor_variables(dags)


def _bundle(folder: Path) -> dict[str, Any]:
    """Return the bundle of an empty folder: `dag.test()` parses the whole bundle of its DAG (Airflow issue 64884)."""
    local = "airflow.dag_processing.bundles.local.LocalDagBundle"
    return {"name": BUNDLE, "classpath": local, "kwargs": {"path": str(folder)}}


def _local_connection(given: str) -> str:
    """Return the user's Kubernetes connection, if it is JSON, without what selects a cluster."""
    try:
        extra = json.loads(given)["extra"]
        extra = json.loads(extra) if isinstance(extra, str) else dict(extra)
    except (ValueError, KeyError, TypeError):
        extra = {}
    kept = {name: extra[name] for name in _KEPT if name in extra}
    return json.dumps({"conn_type": "kubernetes", "extra": kept})


def prepare_database(home: Path, environ: Mapping[str, str] = os.environ) -> None:
    """Put a migrated database into a new AIRFLOW_HOME: a copy of the cached one, or a new one, which is then cached.

    A migration takes seconds, and its result only depends on Airflow's version.
    """
    (home / "dags").mkdir(parents=True)
    database, template = home / _DATABASE, _template(environ)
    if template.is_file():
        shutil.copyfile(template, database)
        return
    from airflow.utils.db import initdb

    initdb()
    with suppress(OSError, sqlite3.Error):  # without a cache it only takes longer
        _keep(database, template)


def _template(environ: Mapping[str, str]) -> Path:
    cache = environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "airflowkit" / f"airflow-{version('apache-airflow-core')}.db"


def _keep(database: Path, template: Path) -> None:
    """Write the template atomically; another run may be doing the same."""
    template.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(template) as copy:
        with sqlite3.connect(database) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        connection.close()
