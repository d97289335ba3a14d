"""The process that asks the running Airflow: `python -m … ROOT FILE` writes what it finds to the file, as JSON.

It reads the database, looks names up and sends requests without content; it changes nothing and runs nothing.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from contextlib import suppress
from importlib.metadata import distributions
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any, Final

from airflowkit._airflow import airflow_version
from airflowkit.deploy.doctor.running.dags import facts_of_dags
from airflowkit.deploy.doctor.running.facts import GENERATED, SECRET_KEY
from airflowkit.deploy.doctor.running.requests import json_of

if TYPE_CHECKING:
    from collections.abc import Callable

_TABLES: Final = frozenset({"alembic_version", "connection"})
_KEYS: Final = (("api_auth", "jwt_secret"), ("api", "secret_key"))
"""Options for which each process makes a key of its own if none is set (airflow: config.yml)."""
_VARIABLE: Final = "AIRFLOW_CONN_"
_LONGEST: Final = 160
_TIMEOUT: Final = 10
_HEALTH: Final = "/api/v2/monitor/health"
_OTHER_KEY: Final = "have the same 'secret_key'"
"""What Airflow says where a worker's log server refuses the token (airflow: file_task_handler.py)."""
_BAD_LOG: Final = ("Could not read", "not found on worker", "No logs found", "does not exist", "Failed to")


def main() -> None:
    """Write the facts, or why there are none."""
    root, answer = map(Path, sys.argv[1:3])
    warnings.simplefilter("ignore")
    found: dict[str, Any] = {"versions": _versions(), "kubeconfig": bool(os.environ.get("KUBECONFIG"))}
    if absent := _absent():
        found |= absent
    else:
        _fill(found, root)
    answer.write_text(json.dumps(found), encoding="utf-8")


def _fill(found: dict[str, Any], root: Path) -> None:
    """Add what each part finds; one that fails says so, and the others are asked all the same."""
    broken = []
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "the configuration": _configuration,
        "the database": _database,
        "the connections of the environment": lambda: {
            "clusters": [*found.get("clusters", ()), *_clusters_of_variables()]
        },
        "the API": _health,
        "the log of the last task": _last_log,
        "the DAGs": lambda: facts_of_dags(root, found.pop("existing_pools", None)),
    }
    for name, part in parts.items():
        try:
            found |= part()
        except (Exception, SystemExit) as error:  # noqa: BLE001  Airflow and its drivers may raise anything
            broken.append(f"{name}: {type(error).__name__}")
    found["broken"] = broken


def _versions() -> dict[str, str]:
    names = ((each.metadata["Name"] or "", each.version) for each in distributions())
    return {name.lower(): version for name, version in names if name.lower().startswith("apache-airflow")}


def _absent() -> dict[str, str]:
    """Return why there is no Airflow to ask, or an empty dictionary; the message has no password in it."""
    from airflow.configuration import conf
    from sqlalchemy import create_engine, inspect
    from sqlalchemy.engine import make_url

    url = make_url(conf.get_mandatory_value("database", "sql_alchemy_conn"))
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).is_file():
        return {"absent": f"Airflow is installed here, and its database {url.database} does not exist"}
    try:
        tables = set(inspect(create_engine(url, connect_args=_connect_arguments(url))).get_table_names())
    except Exception as error:  # noqa: BLE001  each driver has its own
        return {"failure": f"Airflow's database on {url.host or url.database} cannot be read: {type(error).__name__}"}
    return {} if tables >= _TABLES else {"absent": "Airflow's database here is empty: it was never migrated"}


def _connect_arguments(url: Any) -> dict[str, Any]:
    return {} if url.get_backend_name() == "sqlite" else {"connect_timeout": _TIMEOUT}


def _configuration() -> dict[str, Any]:
    from airflow.configuration import conf

    executor = str(conf.get("core", "executor"))
    folder = Path(conf.get_mandatory_value("logging", "base_log_folder"))
    kept = conf.getboolean("logging", "remote_logging", fallback=False) or folder.is_mount()
    keys = _KEYS if airflow_version() >= (3, 0) else ()
    unset = [f"[{section}] {option}" for section, option in keys if not _is_set(section, option)]
    return {"executor": executor, "logs_lost": "Kubernetes" in executor and not kept, "unset_keys": unset}


def _is_set(section: str, option: str) -> bool:
    """Return whether anything but Airflow's defaults sets an option."""
    from airflow.configuration import conf

    name = f"AIRFLOW__{section}__{option}".upper()
    if any(f"{name}{suffix}" in os.environ for suffix in ("", "_CMD", "_SECRET")):
        return True
    set_by = conf.as_dict(display_source=True, display_sensitive=False).get(section, {}).get(option)
    return bool(set_by) and set_by[1] == "airflow.cfg" and Path(os.environ.get("AIRFLOW_CONFIG", "")).name != GENERATED


def _database() -> dict[str, Any]:
    """Look at the rows' columns: Airflow's own objects decrypt when they are loaded, and fail as a whole."""
    from airflow.models import Pool
    from airflow.models.connection import Connection
    from airflow.models.variable import Variable
    from airflow.utils.session import create_session

    of_connections = [getattr(Connection, name) for name in ("conn_id", "conn_type", "is_encrypted", "_password")]
    of_extras = [getattr(Connection, name) for name in ("is_extra_encrypted", "_extra")]
    of_variables = [getattr(Variable, name) for name in ("key", "is_encrypted", "_val")]
    with create_session() as session:
        connections = session.query(*of_connections, *of_extras).all()
        variables = session.query(*of_variables).all()
        pools = [pool for (pool,) in session.query(Pool.pool).all()]
    unreadable, clusters = [], []
    for conn_id, kind, encrypted, password, extra_encrypted, extra in connections:
        content = _decrypted(extra, encrypted=extra_encrypted)
        if content is None or _decrypted(password, encrypted=encrypted) is None:
            unreadable.append(f"Connection {conn_id}")
        if kind == "kubernetes" and _names_cluster(content):
            clusters.append(conn_id)
    unreadable += [
        f"Variable {key}" for key, encrypted, text in variables if _decrypted(text, encrypted=encrypted) is None
    ]
    return {"unreadable": unreadable, "clusters": clusters, "existing_pools": pools}


def _clusters_of_variables() -> list[str]:
    """Return the connections in the environment that name a kube config."""
    names = (name.removeprefix(_VARIABLE).lower() for name in os.environ if name.startswith(_VARIABLE))
    return [name for name in names if _is_cluster(name)]


def _is_cluster(conn_id: str) -> bool:
    from airflow.models.connection import Connection

    with suppress(Exception):  # it is not valid, which its tasks report
        found = Connection.get_connection_from_secrets(conn_id)
        return found.conn_type == "kubernetes" and _names_cluster(found.extra)
    return False


def _decrypted(text: str | None, *, encrypted: bool) -> str | None:
    """Return what a column contains, or None if the Fernet key does not decrypt it."""
    from airflow.models.crypto import get_fernet

    if not text or not encrypted:
        return text or ""
    try:
        return str(get_fernet().decrypt(text.encode()).decode())
    except Exception:  # noqa: BLE001  InvalidToken of a library that may not be installed
        return None


def _names_cluster(extra: str | None) -> bool:
    options = ("kube_config_path", "kube_config", "extra__kubernetes__kube_config_path")
    try:
        given = json.loads(extra or "{}")
    except ValueError:
        return False
    return isinstance(given, dict) and any(given.get(name) for name in options)


def _health() -> dict[str, Any]:
    """Ask the API of Airflow 3 how the components are; one that does not answer from here says nothing."""
    from airflow.configuration import conf

    base = str(conf.get("api", "base_url", fallback="") or "").rstrip("/")
    health = json_of(f"{base}{_HEALTH}") if base.startswith("http") else {}
    bad = [name for name, each in health.items() if isinstance(each, dict) and each.get("status") == "unhealthy"]
    return {"unhealthy": bad}


def _last_log() -> dict[str, Any]:
    """Read the log of the task that ended last, as the API server would."""
    from airflow.models import TaskInstance
    from airflow.models.trigger import Trigger
    from airflow.utils.session import create_session
    from sqlalchemy.orm import joinedload

    with create_session() as session:
        ended = session.query(TaskInstance).filter(
            TaskInstance.end_date.is_not(None),
            TaskInstance.state.in_(["success", "failed"]),
            TaskInstance.operator != "EmptyOperator",
        )
        loaded = ended.options(joinedload(TaskInstance.trigger).joinedload(Trigger.triggerer_job))
        last = loaded.order_by(TaskInstance.end_date.desc()).first()
        return {"log_task": f"{last.dag_id}.{last.task_id}", "log_problem": _log_problem(last)} if last else {}


def _log_problem(task_instance: Any) -> str:
    from airflow.utils.log.log_reader import TaskLogReader

    try:
        lines = [*TaskLogReader().read_log_chunks(task_instance, task_instance.try_number or 1, {})[0]]
    except Exception as error:  # noqa: BLE001  each log handler has its own
        return f"the log handler failed: {type(error).__name__}"
    said = [str(getattr(line, "event", line)) for line in lines]
    end = next((number for number, line in enumerate(said) if line.startswith("::endgroup::")), -1)
    sources, log = said[: end + 1], said[end + 1 :]
    if any(_OTHER_KEY in line for line in sources):
        return SECRET_KEY
    bad = next((line for line in sources if any(words in line for words in _BAD_LOG)), "")
    if any(line.strip() for line in log):
        return ""
    return shorten(bad or "it is empty", _LONGEST)


if __name__ == "__main__":
    main()
