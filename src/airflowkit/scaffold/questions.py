"""What the answers for a new repository imply about those that were not given, and which of them matter."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from airflowkit.scaffold import inputs
from airflowkit.scaffold.answers.choices import Dags, Executor, Laptop, Logs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_HTTPS_EXAMPLE: Final = "https://github.com/example/airflow-dags.git"


def implied(name: str, given: Mapping[str, Any], default: Any) -> Any:
    """Return the default of an answer where others are given.

    Args:
        name: The answer.
        given: The answers so far.
        default: Its default without any.
    """
    found = _IMPLIED[name](given) if name in _IMPLIED else None
    return default if found is None else found


def matters(name: str, given: Mapping[str, Any]) -> bool:
    """Return whether an answer changes anything beside the others."""
    return name not in _MATTERS or _MATTERS[name](given)


def _dags(given: Mapping[str, Any]) -> Dags | None:
    """Return the way to clone the given URL."""
    url = given.get("git_url")
    return Dags.GIT_SYNC_HTTPS if url and inputs.ssh_host(url) is None else None


def _git_url(given: Mapping[str, Any]) -> str | None:
    return _HTTPS_EXAMPLE if given.get("dags") in {Dags.GIT_SYNC_HTTPS, Dags.GIT_SYNC_PUBLIC} else None


def _ui_url(given: Mapping[str, Any]) -> str | None:
    """Return the address that the ingress or the port forwarding of a laptop has."""
    if (host := given.get("ingress", "none")) != "none":
        return f"https://{host}"
    return "http://localhost:8080" if given.get("laptop", Laptop.NONE) != Laptop.NONE else None


def _has_celery(given: Mapping[str, Any]) -> bool:
    return "CeleryExecutor" in given.get("executor", Executor.KUBERNETES)


_IMPLIED: Final[dict[str, Callable[[Mapping[str, Any]], Any]]] = {
    "airflow_version": lambda _: version("apache-airflow"),
    "dags": _dags,
    "git_url": _git_url,
    "ui_url": _ui_url,
}
_MATTERS: Final[dict[str, Callable[[Mapping[str, Any]], bool]]] = {
    "broker": _has_celery,
    "workers": _has_celery,
    "flower": _has_celery,
    "logs_bucket": lambda given: given.get("logs") in {Logs.AZURE, Logs.S3},
}
