"""What the DAGs of the repository ask of the running Airflow; part of the probe's process."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from airflowkit.alerts.teams.connection import read_webhook
from airflowkit.dags import load_files
from airflowkit.deploy.doctor.running.facts import registry_of
from airflowkit.deploy.doctor.running.requests import unanswered
from airflowkit.discovery.dag_files import dag_files
from airflowkit.errors import DeliveryError
from airflowkit.pods.expansion import argument, is_mapped, is_pod
from airflowkit.pods.schema.jinja import is_runtime_value
from airflowkit.repository import dags_folder
from airflowkit.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_TEAMS: Final = (
    *(b"teams_failure", b"teams_recovery", b"teams_digest", b"teams_watchdog"),
    *(b"TeamsNotifier", b"send_card"),
)
_OPTIONAL: Final = "kubernetes_default"
"""The operator does without this connection (cncf.kubernetes: KubernetesHook)."""


def facts_of_dags(root: Path, pools: list[str] | None) -> dict[str, Any]:
    """Return what the DAGs name, and what of it is missing.

    Args:
        root: The repository.
        pools: The pools that exist, if that is known.
    """
    folder = dags_folder(root)
    if folder is None or not folder.is_dir():
        return {}
    paths = dag_files(folder)
    environment = dict(os.environ)
    tasks = dict(_tasks(paths, folder))
    os.environ.clear()
    os.environ.update(environment)  # without what airflowkit.toml declares in place of connections
    connections, used_pools = _connections(tasks), _pools(tasks)
    sidecars = _sidecars(tasks)
    return {
        "connections": connections,
        "missing_connections": [each for each in connections if each != _OPTIONAL and not _exists(each)],
        "pools": used_pools,
        "missing_pools": [each for each in used_pools if pools is not None and each not in pools],
        "sidecars": sidecars,
        "unreachable": sorted({it for it in map(registry_of, sidecars) if it and unanswered(f"https://{it}/v2/")}),
        "pods": _pods(tasks),
        **_teams(root, paths),
    }


def _tasks(paths: list[Path], folder: Path) -> Iterator[tuple[str, Any]]:
    """Yield the tasks of DAG files that can be imported; `check` reports the others."""
    loaded = load_files(paths, folder)
    for dag_id in loaded:
        for task in loaded[dag_id].tasks:
            yield f"{dag_id}.{task.task_id}", task


def _connections(tasks: Mapping[str, Any]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, task in tasks.items():
        given: Mapping[str, Any] = task.partial_kwargs if is_mapped(task) else vars(task)
        for keyword, value in given.items():
            if keyword.endswith("conn_id") and isinstance(value, str) and value and not is_runtime_value(value):
                found[value].append(name)
    return {conn_id: sorted(set(names)) for conn_id, names in found.items()}


def _exists(conn_id: str) -> bool:
    from airflow.models.connection import Connection

    try:
        Connection.get_connection_from_secrets(conn_id)
    except Exception:  # noqa: BLE001  each secrets backend has its own
        return False
    return True


def _pools(tasks: Mapping[str, Any]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, task in tasks.items():
        if isinstance(pool := argument(task, "pool"), str):
            found[pool].append(name)
    return dict(found)


def _sidecars(tasks: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the tasks whose pods get an XCom sidecar, by its image."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, task in tasks.items():
        if is_pod(task) and argument(task, "do_xcom_push"):
            found[_sidecar_image(str(argument(task, "kubernetes_conn_id") or _OPTIONAL))].append(name)
    return dict(found)


def _sidecar_image(conn_id: str) -> str:
    from airflow.models.connection import Connection
    from airflow.providers.cncf.kubernetes.utils.xcom_sidecar import PodDefaults

    try:
        extra = Connection.get_connection_from_secrets(conn_id).extra_dejson
    except Exception:  # noqa: BLE001  there is none: the default image
        extra = {}
    return str(extra.get("xcom_sidecar_container_image") or PodDefaults.SIDECAR_CONTAINER.image)


def _pods(tasks: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the tasks with pods by what matters for known defects."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, task in tasks.items():
        if not is_pod(task):
            continue
        deferrable = argument(task, "deferrable")
        features = {
            "deferrable": deferrable,
            "xcom": argument(task, "do_xcom_push"),
            "init logs": argument(task, "init_container_logs"),
            "timeout": deferrable and argument(task, "execution_timeout"),
        }
        for feature in (each for each, used in features.items() if used):
            found[feature].append(name)
    return dict(found)


def _teams(root: Path, paths: list[Path]) -> dict[str, str]:
    """Return whether alerts can reach Teams, where a DAG has one: the host is asked for nothing."""
    if not any(word in path.read_bytes() for path in paths if path.suffix == ".py" for word in _TEAMS):
        return {}
    conn_id = load_settings(root).teams.conn_id
    try:
        webhook = read_webhook(conn_id)
    except DeliveryError as error:
        return {"teams": conn_id, "teams_problem": str(error)}
    url = urlsplit(webhook.url)
    reason = unanswered(f"{url.scheme}://{url.netloc.rpartition('@')[2]}/", proxy=webhook.proxy, verify=webhook.verify)
    return {"teams": conn_id, "teams_problem": f"{webhook.host} does not answer: {reason}" if reason else ""}
