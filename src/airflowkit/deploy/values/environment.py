"""What the containers of a component get from a values file: the settings of the Airflow that really runs.

The chart writes `config` into an airflow.cfg that all components mount, and the rest into their environment. Here both
are environment variables; those of a container win, as they do over a file (chart 1.22: templates/_helpers.yaml,
standard_airflow_environment, custom_airflow_environment, container_extra_envs).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

from airflowkit.deploy.values.airflow_options import FROM_SECRETS, variable
from airflowkit.deploy.values.lookup import value_at
from airflowkit.errors import ValuesError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Component = Literal["scheduler", "apiServer", "dagProcessor", "triggerer", "workers.celery", "workers.kubernetes"]

_WITH_JWT_SECRET: Final = frozenset({"scheduler", "apiServer"})
_CELERY_ONLY: Final = frozenset({"celery.result_backend", "celery.broker_url"})
_OF_CHARTS_OWN: Final = {
    "fernetKeySecretName": "fernet-key",
    "data.metadataSecretName": "metadata",
    "data.brokerUrlSecretName": "broker-url",
    "data.resultBackendSecretName": "result-backend",
    "apiSecretKeySecretName": "api-secret-key",
    "jwtSecretName": "jwt-secret",
}
"""How the chart ends the names of the Secrets that it makes where none is named."""
_DEFAULTS: Final = {
    "core.load_examples": "False",
    "core.auth_manager": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
    "logging.remote_logging": "False",
    "logging.colored_console_log": "False",
    "fab.enable_proxy_fix": "True",
    "celery.worker_concurrency": "16",
    "metrics.statsd_port": "9125",
    "metrics.statsd_prefix": "airflow",
}
"""What the chart's own `config` says that depends on nothing."""
_LOCAL_BUNDLE: Final = {"name": "dags-folder", "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle"}


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable of a container.

    Attributes:
        name: Its name.
        value: Its value; empty if it comes from elsewhere.
        secret: The Secret and the key that it comes from.
        field: The field of the pod that it comes from, such as `status.hostIP`.
    """

    name: str
    value: str = ""
    secret: tuple[str, str] | None = None
    field: str = ""


def container_environment(
    values: Mapping[str, Any], component: Component, *, release: str = "airflow"
) -> dict[str, Variable]:
    """Return the variables of a component's main container, by name.

    Args:
        values: Values for the official chart.
        component: Its key in the values.
        release: The name of the release, after which the chart names Secrets of its own.

    Raises:
        ValuesError: A value has template actions, which only Helm can render.
    """
    variables = [
        *_config(values, release),
        Variable("AIRFLOW__CORE__EXECUTOR", value_at(values, "executor") or "CeleryExecutor"),
        Variable("AIRFLOW_HOME", str(value_at(values, "airflowHome") or "/opt/airflow")),
        *_from_secrets(values, component, release),
        *_custom(values),
        *listed(value_at(values, f"{component}.env"), f"{component}.env"),
    ]
    if component == "workers.kubernetes":
        variables.append(Variable("AIRFLOW__CORE__EXECUTOR", "LocalExecutor"))
    return {each.name: each for each in variables}


def resolved(
    variables: Mapping[str, Variable], secrets: Mapping[str, Mapping[str, str]], fields: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return variables as the kubelet hands them to a container.

    Args:
        variables: The variables.
        secrets: The content of each Secret, by key.
        fields: The values of the pod's fields.

    Raises:
        ValuesError: A Secret or a key is missing, as a container would not start without it.
    """
    return {name: _resolved(each, secrets, fields or {}) for name, each in variables.items()}


def _resolved(each: Variable, secrets: Mapping[str, Mapping[str, str]], fields: Mapping[str, str]) -> str:
    if each.secret:
        name, key = each.secret
        if key not in secrets.get(name, {}):
            raise ValuesError(f"{each.name}: there is no Secret {name} with the key {key}")
        return secrets[name][key]
    if each.field:
        return fields[each.field]
    return each.value


def _config(values: Mapping[str, Any], release: str) -> Iterator[Variable]:
    """Yield what airflow.cfg says."""
    for option, value in (_DEFAULTS | _dependent(values, release)).items():
        yield Variable(variable(option), value)
    for section, options in (value_at(values, "config") or {}).items():
        for option, value in (options or {}).items():
            yield Variable(variable(f"{section}.{option}"), _rendered(value, f"config.{section}.{option}"))


def _dependent(values: Mapping[str, Any], release: str) -> dict[str, str]:
    """Return what the chart's `config` makes of other values (its values.yaml, templates/configmaps/configmap.yaml)."""
    bundles = value_at(values, "dagProcessor.dagBundleConfigList") or [_LOCAL_BUNDLE]
    statsd = value_at(values, "statsd.enabled", default=True)
    path = urlsplit(str(value_at(values, "config.api.base_url", ""))).path.removesuffix("/")
    port = value_at(values, "ports.apiServer", 8080)
    return {
        "core.dags_folder": dags_folder(values),
        "core.execution_api_server_url": f"http://{release}-api-server:{port}{path}/execution/",
        "dag_processor.dag_bundle_config_list": json.dumps([{"kwargs": {}, **each} for each in bundles]),
        "metrics.statsd_on": str(bool(statsd)),
        "metrics.statsd_host": f"{release}-statsd",
    }


def dags_folder(values: Mapping[str, Any]) -> str:
    """Return where the components find DAGs: below git-sync's link, or in the volume (airflow_dags)."""
    home = value_at(values, "airflowHome") or "/opt/airflow"
    folder = value_at(values, "dags.mountPath") or f"{home}/dags"
    if not value_at(values, "dags.gitSync.enabled"):
        return str(folder)
    sub_path = value_at(values, "dags.gitSync.subPath")
    return f"{folder}/repo/{'tests/dags' if sub_path is None else sub_path}".rstrip("/")


def _from_secrets(values: Mapping[str, Any], component: Component, release: str) -> Iterator[Variable]:
    """Yield what the chart fills from the Secrets that it has keys for."""
    celery = "Celery" in str(value_at(values, "executor") or "CeleryExecutor")
    for option, secret in FROM_SECRETS.items():
        name, named = variable(option), value_at(values, secret.set)
        if value_at(values, f"enableBuiltInSecretEnvVars.{name}") is False or (option in _CELERY_ONLY and not celery):
            continue
        if option == "api_auth.jwt_secret" and component not in _WITH_JWT_SECRET:
            continue
        if option == "celery.result_backend" and not (named or value_at(values, "data.resultBackendConnection")):
            continue
        reference = (str(named or f"{release}-{_OF_CHARTS_OWN[secret.set]}"), secret.key)
        yield Variable(name, secret=reference)
        if option == "database.sql_alchemy_conn":
            yield Variable("AIRFLOW_CONN_AIRFLOW_DB", secret=reference)

    for service in ("elasticsearch", "opensearch"):
        name = f"AIRFLOW__{service}__HOST".upper()
        if (
            value_at(values, f"{service}.enabled")
            and value_at(values, f"enableBuiltInSecretEnvVars.{name}") is not False
        ):
            named = value_at(values, f"{service}.secretName")
            yield Variable(name, secret=(str(named or f"{release}-{service}"), "connection"))


def _custom(values: Mapping[str, Any]) -> Iterator[Variable]:
    """Yield `env`, `secret` and `extraEnv`, in the order in which the chart has them."""
    import yaml

    yield from listed(value_at(values, "env"), "env")
    for entry in value_at(values, "secret") or ():
        yield Variable(entry["envName"], secret=(entry["secretName"], entry.get("secretKey") or "value"))
    text = _rendered(value_at(values, "extraEnv") or "", "extraEnv")
    yield from listed(yaml.safe_load(text), "extraEnv")


def listed(entries: Iterable[Mapping[str, Any]] | None, key: str) -> Iterator[Variable]:
    """Yield the entries of a container's `env`, found at a key of the values."""
    for entry in entries or ():
        source = entry.get("valueFrom") or {}
        reference = source.get("secretKeyRef")
        if reference:
            yield Variable(entry["name"], secret=(reference["name"], reference["key"]))
        elif "fieldRef" in source:
            yield Variable(entry["name"], field=source["fieldRef"]["fieldPath"])
        elif source:
            raise ValuesError(f"{key}: {entry['name']} comes from a {next(iter(source))}, which is not known here")
        else:
            yield Variable(entry["name"], str(entry.get("value") or ""))


def _rendered(value: Any, key: str) -> str:
    text = str(value).replace('{{ "{{" }}', "\0")
    if "{{" in text:
        raise ValuesError(f"{key} has template actions, which only Helm can render")
    return text.replace("\0", "{{")
