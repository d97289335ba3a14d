"""Links into Airflow's pages, from `[api] base_url`."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlsplit

from airflowkit._airflow import airflow_version
from airflowkit.alerts.safety.lenient import text
from airflowkit.alerts.safety.log import log

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104  a name to recognize
_AIRFLOW_3: Final = (3, 0)


def log_url(context: object) -> str:
    """Return the link to a task instance's log, or an empty string."""
    return absolute(text(context, "ti", "log_url"))


def run_url(dag_id: str, run_id: str) -> str:
    """Return the link to a run's page, or an empty string."""
    if not dag_id or not run_id:
        return ""
    base, run = _base_url(), quote(run_id, safe="")
    if airflow_version() < _AIRFLOW_3:
        return absolute(f"{base}/dags/{quote(dag_id)}/grid?dag_run_id={run}")
    return absolute(f"{base}/dags/{quote(dag_id)}/runs/{run}")


def task_log_url(dag_id: str, run_id: str, task_id: str, map_index: int | None) -> str:
    """Return the link to a failed task's log in a run, or an empty string."""
    run = run_url(dag_id, run_id)
    if not run or airflow_version() < _AIRFLOW_3:
        return run
    mapped = f"/mapped/{map_index}" if map_index is not None else ""
    return f"{run}/tasks/{quote(task_id)}{mapped}"


def is_loopback(url: str) -> bool:
    """Return whether a URL leads to this machine."""
    try:
        return urlsplit(url).hostname in _LOOPBACK
    except ValueError:  # not a URL
        return False


def absolute(url: str) -> str:
    """Return a link that a card may contain, or an empty string: Teams only accepts http and https."""
    return url if url.startswith(("http://", "https://")) else ""


@lru_cache(maxsize=1)
def _base_url() -> str:
    from airflow.providers.common.compat.sdk import conf

    section = "api" if airflow_version() >= _AIRFLOW_3 else "webserver"
    url = str(conf.get(section, "base_url", fallback="http://localhost:8080")).rstrip("/")
    if is_loopback(url):
        log.warning(
            "airflowkit: the links in Teams cards lead to %s, which only this machine can open: "
            "set [%s] base_url to Airflow's address",
            url,
            section,
        )
    return url
