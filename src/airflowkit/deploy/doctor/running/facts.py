"""What is known of the running Airflow, gathered in a process of its own: Airflow may log, hang or exit there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from airflowkit.discovery.airflow_config import config_file
from airflowkit.errors import AirflowKitError, NothingThere
from airflowkit.pods.schema.image_reference import InvalidImage, parse_image

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.deploy.doctor.source import Request

_DATABASE: Final = ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__SQL_ALCHEMY_CONN")
GENERATED: Final = "written-by-airflow.cfg"
"""The configuration that Airflow writes for the probe where there is none."""
SECRET_KEY: Final = "[api] secret_key"  # noqa: S105  its name
"""What `log_problem` is where the worker refuses the key with which its log was asked for."""
_TIMEOUT: Final = 300
_DOCKER_HUB: Final = "registry-1.docker.io"
_HINT: Final = "run it where Airflow runs: kubectl exec deploy/airflow-scheduler -- airflowkit doctor --select airflow"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the probe found. Names only: no value of a connection, a variable or a key is in it.

    Attributes:
        absent: Why there is no running Airflow; then nothing else is known.
        failure: Why it cannot be asked; then nothing else is known.
        broken: The parts of it that could not be asked, and by which exception.
        versions: The versions of Airflow and its providers, by distribution.
        executor: `[core] executor`.
        unreadable: Connections and Variables that the Fernet key does not decrypt.
        unset_keys: The options whose keys each process makes on its own.
        unhealthy: The components that the API calls unhealthy.
        kubeconfig: Whether `KUBECONFIG` is set.
        clusters: The kubernetes connections with a `kube_config_path` or `kube_config`.
        sidecars: The tasks with an XCom sidecar, by its image.
        unreachable: The registries of those images that do not answer from here.
        connections: The tasks that name a connection, by its id.
        missing_connections: Those of the connections that do not exist.
        pools: The tasks in a pool, by its name.
        missing_pools: Those of the pools that do not exist.
        teams: The connection of the alerts, where a DAG has one.
        teams_problem: Why alerts cannot reach Teams; empty if they can.
        logs_lost: Whether the logs of tasks are in their pods only.
        log_problem: Why the log of the task that ended last cannot be read; empty if it can.
        log_task: That task.
        pods: The tasks of Airflow's own KubernetesPodOperator, by what matters for known defects.
    """

    absent: str = ""
    failure: str = ""
    broken: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    executor: str = ""
    unreadable: tuple[str, ...] = ()
    unset_keys: tuple[str, ...] = ()
    unhealthy: tuple[str, ...] = ()
    kubeconfig: bool = False
    clusters: tuple[str, ...] = ()
    sidecars: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unreachable: tuple[str, ...] = ()
    connections: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing_connections: tuple[str, ...] = ()
    pools: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing_pools: tuple[str, ...] = ()
    teams: str = ""
    teams_problem: str = ""
    logs_lost: bool = False
    log_problem: str = ""
    log_task: str = ""
    pods: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def facts_of(request: Request) -> Facts:
    """Return what is known of the running Airflow.

    Raises:
        NothingThere: No Airflow runs here.
        AirflowKitError: One does, and it cannot be asked.
    """
    if not _is_configured():
        raise NothingThere("no Airflow is configured here", hint=_HINT)
    facts = _probed(request.root)
    if facts.absent:
        raise NothingThere(facts.absent, hint=_HINT)
    if facts.failure:
        raise AirflowKitError(facts.failure, hint="the environment must be that of a component of Airflow")
    return facts


def registry_of(image: str) -> str:
    """Return the host that an image is pulled from, or an empty string for one that is on the nodes."""
    parsed = parse_image(image)
    if isinstance(parsed, InvalidImage) or parsed.registry.startswith("localhost"):
        return ""
    return _DOCKER_HUB if parsed.registry in {"", "docker.io"} else parsed.registry


def _is_configured() -> bool:
    """Return whether anything says where an Airflow is, without importing it: that would create a home for it."""
    if any(name.startswith(_DATABASE) for name in os.environ):
        return True
    home = Path(os.environ.get("AIRFLOW_HOME") or "~/airflow").expanduser()
    return config_file().exists() or (home / "airflow.db").exists()


@lru_cache(maxsize=2)
def _probed(root: Path) -> Facts:
    with tempfile.TemporaryDirectory(prefix="airflowkit-") as scratch:
        answer = Path(scratch) / "facts.json"
        command = [sys.executable, "-m", f"{__package__}.probe", str(root), str(answer)]
        try:
            ended = subprocess.run(  # noqa: S603  ourselves
                command,
                env=_environment(scratch),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Facts(failure=f"Airflow did not answer within {_TIMEOUT} s")
        if not answer.is_file():
            return Facts(failure=f"the process that asks Airflow ended with status {ended.returncode}")
        return _read(json.loads(answer.read_text(encoding="utf-8")))


def _environment(scratch: str) -> dict[str, str]:
    """Return the environment of the probe; without a configuration file Airflow would write one."""
    if "AIRFLOW_CONFIG" in os.environ or config_file().exists():
        return dict(os.environ)
    return {**os.environ, "AIRFLOW_CONFIG": str(Path(scratch) / GENERATED)}


def _read(given: Mapping[str, Any]) -> Facts:
    known = {each.name for each in fields(Facts)}
    return Facts(**{name: _frozen(value) for name, value in given.items() if name in known})


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _frozen(each) for name, each in value.items()}
    return tuple(value) if isinstance(value, list) else value
