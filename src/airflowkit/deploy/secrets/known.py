"""The Secrets that the official chart reads, by the value that names each.

The keys are those of the chart's templates (1.22.0, `templates/_helpers.yaml`, and the file that a row names). Where
its values.yaml says otherwise, as for Flower (`connection`), the template is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from airflowkit.deploy.secrets.content import kinds
from airflowkit.deploy.secrets.references import Reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflowkit.deploy.secrets.content.kinds import Kind
    from airflowkit.deploy.secrets.deployment import Deployment

DOCKER_CONFIG: Final = "kubernetes.io/dockerconfigjson"
"""The type that the kubelet asks of a pull Secret; it ignores one that is Opaque."""
TLS: Final = "kubernetes.io/tls"


@dataclass(frozen=True, slots=True)
class _Row:
    path: str
    keys: dict[str, Kind]
    read: Callable[[Deployment], bool]
    """Whether the chart reads it with these values."""


_GIT: Final = {
    "GITSYNC_USERNAME": kinds.GIT_USER,
    "GITSYNC_PASSWORD": kinds.GIT_TOKEN,
    "GIT_SYNC_USERNAME": kinds.GIT_USER,
    "GIT_SYNC_PASSWORD": kinds.GIT_TOKEN,
}
"""git-sync 4 and 3 read a pair each, and the chart refers to all four (apache/airflow#43247, #56143)."""


_ROWS: Final = (
    _Row("fernetKeySecretName", {"fernet-key": kinds.FERNET}, lambda it: it.built_in("AIRFLOW__CORE__FERNET_KEY")),
    _Row(
        "apiSecretKeySecretName",
        {"api-secret-key": kinds.SIGNING},
        lambda it: it.airflow_3 and it.built_in("AIRFLOW__API__SECRET_KEY"),
    ),
    _Row(
        "jwtSecretName",
        {"jwt-secret": kinds.SIGNING},
        lambda it: it.airflow_3 and it.built_in("AIRFLOW__API_AUTH__JWT_SECRET"),
    ),
    _Row(
        "webserverSecretKeySecretName",
        {"webserver-secret-key": kinds.SIGNING},
        lambda it: not it.airflow_3 and it.built_in("AIRFLOW__WEBSERVER__SECRET_KEY"),
    ),
    _Row(
        "data.metadataSecretName",
        {"kedaConnection": kinds.DATABASE_FOR_KEDA},
        lambda it: it.keda_bypasses_pgbouncer,
    ),
    _Row(
        "data.resultBackendSecretName",
        {"connection": kinds.RESULT_BACKEND},
        lambda it: it.celery and it.built_in("AIRFLOW__CELERY__RESULT_BACKEND"),
    ),
    _Row(
        "data.brokerUrlSecretName",
        {"connection": kinds.BROKER},
        lambda it: it.celery and it.built_in("AIRFLOW__CELERY__BROKER_URL"),
    ),
    # templates/redis/redis-statefulset.yaml
    _Row("redis.passwordSecretName", {"password": kinds.REDIS_PASSWORD}, lambda it: it.enabled("redis")),
    # templates/flower/flower-deployment.yaml
    _Row("flower.secretName", {"basicAuth": kinds.FLOWER}, lambda it: it.enabled("flower")),
    # templates/pgbouncer/pgbouncer-deployment.yaml, which mounts the Secret as a folder
    _Row(
        "pgbouncer.configSecretName",
        {"pgbouncer.ini": kinds.PGBOUNCER_INI, "users.txt": kinds.PGBOUNCER_USERS},
        lambda it: it.enabled("pgbouncer") and it.value("pgbouncer.mountConfigSecret", default=True),
    ),
    _Row(
        "elasticsearch.secretName",
        {"connection": kinds.SEARCH_ENGINE},
        lambda it: it.enabled("elasticsearch") and it.built_in("AIRFLOW__ELASTICSEARCH__HOST"),
    ),
    _Row(
        "opensearch.secretName",
        {"connection": kinds.SEARCH_ENGINE},
        lambda it: it.enabled("opensearch") and it.built_in("AIRFLOW__OPENSEARCH__HOST"),
    ),
    _Row("dags.gitSync.sshKeySecret", {"gitSshKey": kinds.SSH_KEY}, lambda it: it.enabled("dags.gitSync")),
    # an ssh key wins over credentials
    _Row(
        "dags.gitSync.credentialsSecret",
        _GIT,
        lambda it: (
            it.enabled("dags.gitSync")
            and not (it.value("dags.gitSync.sshKeySecret") or it.value("dags.gitSync.sshKey"))
        ),
    ),
)


def chart_references(deployment: Deployment) -> Iterator[Reference]:
    """Yield the Secrets that the chart's own values name."""
    yield from _metadata(deployment)
    for row in _ROWS:
        if (name := deployment.value(row.path)) and row.read(deployment):
            for key, kind in row.keys.items():
                yield Reference(str(name), key, row.path, kind)
    yield from _stats(deployment)
    yield from _pull_secrets(deployment)


def _metadata(deployment: Deployment) -> Iterator[Reference]:
    name = deployment.value("data.metadataSecretName")
    if name and (
        deployment.built_in("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN") or deployment.built_in("AIRFLOW_CONN_AIRFLOW_DB")
    ):
        kind = kinds.DATABASE_FOR_KEDA if deployment.keda else kinds.DATABASE
        yield Reference(str(name), "connection", "data.metadataSecretName", kind)


def _stats(deployment: Deployment) -> Iterator[Reference]:
    sidecar = "pgbouncer.metricsExporterSidecar"
    if (name := deployment.value(f"{sidecar}.statsSecretName")) and deployment.enabled("pgbouncer"):
        key = str(deployment.value(f"{sidecar}.statsSecretKey", "connection"))
        yield Reference(str(name), key, f"{sidecar}.statsSecretName", kinds.PGBOUNCER_STATS)


def _pull_secrets(deployment: Deployment) -> Iterator[Reference]:
    where = "imagePullSecrets" if deployment.value("imagePullSecrets") else "registry.secretName"
    named = deployment.value(where) or []
    for each in named if isinstance(named, list) else [named]:
        if name := each.get("name") if isinstance(each, dict) else each:
            yield pull_secret(str(name), where)


def pull_secret(name: str, where: str) -> Reference:
    """Return the reference of a pod to the Secret of its registry."""
    return Reference(name, ".dockerconfigjson", where, kinds.REGISTRY, DOCKER_CONFIG)


def kind_of_variable(deployment: Deployment, variable: str, where: str) -> Kind:
    """Return what an environment variable must contain, by its name."""
    if variable.startswith("AIRFLOW_CONN_"):
        return _kind_of_connection(deployment, variable.removeprefix("AIRFLOW_CONN_").lower())
    if where.startswith("createUserJob") and "PASSWORD" in variable.upper():
        return kinds.USER_PASSWORD
    return _VARIABLES.get(variable, kinds.ANYTHING)


def _kind_of_connection(deployment: Deployment, conn_id: str) -> Kind:
    by_id = dict(kinds.TYPES_BY_ID)
    if conn_id == deployment.value("config.logging.remote_log_conn_id"):
        folder = str(deployment.value("config.logging.remote_base_log_folder", ""))
        by_id[conn_id] = next((kind for prefix, kind in _LOG_STORES.items() if folder.startswith(prefix)), "")
    return kinds.CONNECTIONS.get(by_id.get(conn_id, ""), kinds.CONNECTION)


_LOG_STORES: Final = {"wasb": "wasb", "s3": "aws"}
"""The type of the connection by the prefix of `[logging] remote_base_log_folder`."""
_VARIABLES: Final = {
    "AIRFLOW__CORE__FERNET_KEY": kinds.FERNET,
    "AIRFLOW__API__SECRET_KEY": kinds.SIGNING,
    "AIRFLOW__API_AUTH__JWT_SECRET": kinds.SIGNING,
    "AIRFLOW__WEBSERVER__SECRET_KEY": kinds.SIGNING,
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": kinds.DATABASE,
    "AIRFLOW__CELERY__RESULT_BACKEND": kinds.RESULT_BACKEND,
    "AIRFLOW__CELERY__BROKER_URL": kinds.BROKER,
    "AIRFLOW__CELERY__FLOWER_BASIC_AUTH": kinds.FLOWER,
    "AIRFLOW__ELASTICSEARCH__HOST": kinds.SEARCH_ENGINE,
    "AIRFLOW__OPENSEARCH__HOST": kinds.SEARCH_ENGINE,
    "GITSYNC_PASSWORD": kinds.GIT_TOKEN,
    "GITSYNC_USERNAME": kinds.GIT_USER,
}
