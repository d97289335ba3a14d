"""Values of older official charts that changed their form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from airflowkit.deploy.values.airflow_options import (
    FROM_SECRETS,
    converted,
    is_secret_option,
    successor,
    variable,
)
from airflowkit.deploy.values.chart import chart_version, known
from airflowkit.deploy.values.fates import Fate
from airflowkit.deploy.values.found import Found, converter
from airflowkit.deploy.values.moving import apply_variables, move
from airflowkit.deploy.values.variables import CONNECTIONS, GIT_HTTPS, SETTINGS, convert_variables
from airflowkit.deploy.values.writing import as_yaml
from airflowkit.yaml_text import document

if TYPE_CHECKING:
    from airflowkit.deploy.values.draft import Draft

OLDEST_AIRFLOW: Final = 3
_GIT_KEYS: Final = {
    "GITSYNC_USERNAME": "the user, or x-access-token",
    "GITSYNC_PASSWORD": "the token",
    "GIT_SYNC_USERNAME": "the user again: the chart names all four keys",
    "GIT_SYNC_PASSWORD": "the token again",
}
"""apache/airflow#43247, #56143."""
_EXECUTORS: Final = {
    "CeleryKubernetesExecutor": "CeleryExecutor,KubernetesExecutor",
    "LocalKubernetesExecutor": "LocalExecutor,KubernetesExecutor",
    "SequentialExecutor": "LocalExecutor",
}
_HOW_TO_UPGRADE: Final = (
    "Airflow 2 ends here: build the image from Airflow 3, then set defaultAirflowTag and airflowVersion "
    f"(without them chart {chart_version()} takes its own)"
)


@converter
def workers(draft: Draft, found: Found) -> None:
    """Put a key of `workers` under `workers.celery` and `workers.kubernetes`, whichever the executor uses and takes."""
    executor = str(draft.get("executor") or draft.was("executor") or "").lower()
    sets = [name for name in ("celery", "kubernetes") if known(("workers", name, *found.path[1:])) is not None]
    used = [name for name in sets if not executor or name in executor] or sets
    if used:
        move(draft, found, [("workers", name, *found.path[1:]) for name in used])
    else:
        found.became(draft, Fate.BY_HAND, note="the chart has no such key")


@converter
def airflow_version(draft: Draft, found: Found) -> None:
    """Keep a version of Airflow 3; an older one ends the way of its image."""
    if _is_airflow_2(found.value):
        found.became(draft, Fate.BY_HAND, note=_HOW_TO_UPGRADE)
    else:
        found.place(draft, found.value)


def _is_airflow_2(version: object) -> bool:
    match = re.match(r"v?(\d+)\.\d+", str(version))
    return match is not None and int(match[1]) < OLDEST_AIRFLOW


@converter
def executor(draft: Draft, found: Found) -> None:
    """Write two executors as a list: Airflow 3 has no executor that combines two."""
    found.place(draft, _EXECUTORS.get(str(found.value), found.value))


@converter
def api_secret_key_name(draft: Draft, found: Found) -> None:
    """Keep the Secret, which needs its value under another key."""
    if name := found.secret_name(draft):
        draft.set("apiSecretKeySecretName", name)
        draft.need(name, {"api-secret-key": "what it has under webserver-secret-key"})
        found.became(draft, Fate.SECRET, "apiSecretKeySecretName", note=f"Secret {name}, key api-secret-key")


@converter
def seconds(draft: Draft, found: Found) -> None:
    """Write a number of seconds as a duration."""
    found.place(draft, f"{found.value}s" if str(found.value).isdigit() else found.value)


@converter
def sub_path(draft: Draft, found: Found) -> None:
    """Take outer slashes away: git-sync's link has none."""
    found.place(draft, str(found.value or "").strip("/"))


@converter
def git_repository(draft: Draft, found: Found) -> None:
    """Take a user and a token out of a repository's URL."""
    url = str(found.value or "")
    parts = urlsplit(url) if "://" in url else None
    if parts is None or parts.scheme == "ssh" or not parts.username:
        found.place(draft, found.value)
        return
    draft.set("dags.gitSync.repo", parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl())
    found.needs(draft, "dags.gitSync.credentialsSecret", GIT_HTTPS, _GIT_KEYS)


@converter
def git_revision(draft: Draft, found: Found) -> None:
    """Write a pinned tag or commit as branch and ref, the only form that git-sync 4 follows (apache/airflow#42918)."""
    if found.value in (None, "", "HEAD"):
        found.place(draft, found.value or "HEAD")
        return
    for key in ("branch", "ref"):
        draft.set(f"dags.gitSync.{key}", str(found.value))
    draft.set("dags.gitSync.rev", "HEAD")
    found.became(draft, Fate.MOVED, "dags.gitSync.branch", "dags.gitSync.ref")


@converter
def git_sync_image(draft: Draft, found: Found) -> None:
    """Drop an image of git-sync 3, and of the registry that is closed; keep a mirror of git-sync 4."""
    image = as_mapping(found.value)
    tag, repository = str(image.get("tag") or ""), str(image.get("repository") or "")
    if re.match(r"v?[23]\.", tag) or repository.startswith("k8s.gcr.io/"):
        found.became(draft, Fate.DROPPED, note="the chart drives git-sync 4, and brings it")
    else:
        move(draft, found, [found.path])


@converter
def pull_secret(draft: Draft, found: Found) -> None:
    """Write the name of a pull secret as a list."""
    if name := found.secret_name(draft):
        found.place(draft, [name])


@converter
def service_ports(draft: Draft, found: Found) -> None:
    """Rename the port of the UI."""
    renamed = {"airflow-ui": "api-server", "{{ .Values.ports.airflowUI }}": "{{ .Values.ports.apiServer }}"}
    ports = [
        {name: renamed.get(value, value) if isinstance(value, str) else value for name, value in port.items()}
        for port in (found.value if isinstance(found.value, list) else ())
        if isinstance(port, dict)
    ]
    found.place(draft, ports)


@converter
def ingress_hosts(draft: Draft, found: Found) -> None:
    """Write the hosts of an ingress, whichever form they have, as objects with their TLS."""
    old = as_mapping(draft.was(".".join(found.path[:-1])))
    host, tls, listed = old.get("host"), as_mapping(old.get("tls")), old.get("hosts")
    hosts = listed if isinstance(listed, list) and listed else [host] if host else []
    if not hosts or (found.path[-1] == "tls" and not tls.get("enabled")):
        found.became(draft, Fate.DROPPED, note="it is off" if hosts else "no host is named")
        return
    if not all(isinstance(each, str) or isinstance(as_mapping(each).get("name"), str) for each in hosts):
        found.became(draft, Fate.BY_HAND, note="a host is a name, or {name, tls}")
        return
    secret = str(tls.get("secretName") or "") if tls.get("enabled") else ""
    new = [_host(each, secret) for each in hosts]
    draft.set(found.to[0], new)
    same = found.value == new and found.to[0] == found.key
    found.became(draft, Fate.KEPT if same else Fate.MOVED, *(() if same else found.to))


def as_mapping(value: Any) -> dict[str, Any]:
    """Return a mapping as it is, and nothing for what should be one."""
    return value if isinstance(value, dict) else {}


def _host(host: Any, secret: str) -> Any:
    own = host.get("tls") if isinstance(host, dict) else None
    name = host.get("name", "") if isinstance(host, dict) else host
    tls = own or ({"enabled": True, "secretName": secret} if secret else None)
    return {"name": name, "tls": tls} if tls else {"name": name}


@converter
def ingress_enabled(draft: Draft, found: Found) -> None:
    """Switch the ingress of the UI, and of Flower where there is one."""
    if found.value is None:
        found.became(draft, Fate.DROPPED, note="null: each ingress has its own switch")
        return
    targets = ["ingress.apiServer.enabled"]
    if "celery" in str(draft.was("executor") or draft.was("airflow.executor") or "celery").lower():
        targets.append("ingress.flower.enabled")
    for target in targets:
        if draft.was(target) is None:
            draft.set(target, bool(found.value))
    found.became(draft, Fate.MOVED, *targets)


@converter
def default_user(draft: Draft, found: Found) -> None:
    """Make the first user with a password from a Secret."""
    user = dict(as_mapping(found.value))
    password = str(user.get("password", ""))
    reference = password.startswith("$(")
    if found.key == "createUserJob.defaultUser" and (reference or "password" not in user):
        move(draft, found, [found.path])
        return
    if user.get("enabled") is False:
        draft.set("createUserJob.defaultUser", {"enabled": False})
        found.became(draft, Fate.MOVED, "createUserJob.defaultUser", note="nobody is made")
        return
    first_user(draft, user, keep_password=reference)
    found.became(draft, Fate.SECRET, "createUserJob.defaultUser", note="Secret airflow-admin, key password")


def first_user(draft: Draft, user: dict[str, Any], *, keep_password: bool = False) -> None:
    """Set the user that the chart makes, with a password that the kubelet fills in."""
    taken = ("enabled", "role", "username", "email", "firstName", "lastName")
    new = {name: user[name] for name in taken if name in user}
    if not keep_password:
        entry = {"name": "AIRFLOW_ADMIN_PASSWORD"}
        reference = {"secretKeyRef": {"name": "airflow-admin", "key": "password"}}
        draft.place(("createUserJob", "env"), [{**entry, "valueFrom": reference}])
        draft.need("airflow-admin", {"password": f"of {new.get('username', 'admin')}"})
    password = user["password"] if keep_password else "$(AIRFLOW_ADMIN_PASSWORD)"
    draft.set("createUserJob.defaultUser", {**new, "password": password})


@converter
def airflow_option(draft: Draft, found: Found) -> None:
    """Write an option of airflow.cfg under today's name, or name the Secret for it."""
    place_option(draft, found, ".".join(found.path[-2:]), found.value)


@converter
def one_option(draft: Draft, found: Found) -> None:
    """Write a key of its own as an option of airflow.cfg."""
    place_option(draft, found, found.to[0], found.value)


def place_option(draft: Draft, found: Found, option: str, value: Any) -> None:
    """Write an option of airflow.cfg under today's name, or say what became of it."""
    became = successor(option)
    today = became.option
    if became.fate in {"removed", "hand"}:
        found.became(draft, Fate.DROPPED if became.fate == "removed" else Fate.BY_HAND, note=became.note)
    elif today == "core.executor":
        _executor_option(draft, found, value)
    elif today == "kubernetes_executor.worker_container_tag" and _is_airflow_2(value):
        found.became(draft, Fate.DROPPED, note="worker pods run the deployment's image")
    elif today == "core.dags_folder" and _is_synced(draft) and "{{" not in str(value):
        found.became(draft, Fate.DROPPED, note="git-sync decides where DAGs are (apache/airflow#42111)")
    elif today in FROM_SECRETS:
        secret = FROM_SECRETS[today]
        found.needs(draft, secret.set, secret.name, {secret.key: secret.what})
    elif is_secret_option(today, value):
        _option_from_secret(draft, found, today)
    elif isinstance(value, dict | list):
        found.became(draft, Fate.BY_HAND, note="an option is one value: write it as a text")
    else:
        value = "" if value is None else converted(option, value)
        found.place(draft, value, f"config.{today}")


def _executor_option(draft: Draft, found: Found, value: Any) -> None:
    if "{{" in str(value) or draft.was("executor"):
        found.became(draft, Fate.DROPPED, note="`executor` decides")
    else:
        found.place(draft, _EXECUTORS.get(str(value), value), "executor")


def _is_synced(draft: Draft) -> bool:
    return bool(draft.was("dags.gitSync.enabled"))


def _option_from_secret(draft: Draft, found: Found, option: str) -> None:
    name = variable(option)
    draft.place(("secret",), [{"envName": name, "secretName": SETTINGS, "secretKey": name}])
    draft.need(SETTINGS, {name: f"the value of {found.key}"})
    found.became(draft, Fate.SECRET, "secret", note=f"Secret {SETTINGS}, key {name}")


@converter
def extra_env(draft: Draft, found: Found) -> None:
    """Convert the variables in a text of YAML, or in a list, which the chart takes as a text."""
    import yaml

    entries = found.value
    if not entries:
        found.place(draft, "")
        return
    if isinstance(entries, str):
        try:
            entries = document(entries)
        except yaml.YAMLError:
            entries = None  # template actions between the entries
        if not isinstance(entries, list):
            found.place(draft, found.value or "")
            return
    if not isinstance(entries, list):
        found.became(draft, Fate.BY_HAND, note="it is no list of variables")
        return
    converted = convert_variables(entries, found.key)
    apply_variables(draft, converted)
    same = isinstance(found.value, str) and converted.entries == entries
    found.place(draft, found.value if same else as_yaml(converted.entries) if converted.entries else "")


@converter
def extra_secret(draft: Draft, found: Found) -> None:
    """Name a Secret that was written into the values."""
    content = as_mapping(found.value)
    text = "\n".join(str(content.get(part) or "") for part in ("data", "stringData"))
    keys = re.findall(r"(?m)^\s*[\"']?([\w.-]+)[\"']?\s*:", text) or ["…"]
    draft.need(found.path[-1], dict.fromkeys(keys, f"as in {found.key}"))
    found.became(draft, Fate.SECRET, note=f"apply the Secret {found.path[-1]} yourself: values are no place for it")


@converter
def metadata_connection(draft: Draft, found: Found) -> None:
    """Name a Secret with the URL of the metadata database."""
    connection = as_mapping(found.value)
    if draft.was("data.metadataSecretName"):
        found.became(draft, Fate.DROPPED, note="data.metadataSecretName has the whole URL")
    else:
        url = database_url(connection)
        found.needs(draft, "data.metadataSecretName", "airflow-metadata", {"connection": url})


@converter
def result_backend_connection(draft: Draft, found: Found) -> None:
    """Name a Secret with the URL of the result backend."""
    if not found.value:
        found.became(draft, Fate.DROPPED, note="without one, Celery's results go to the metadata database")
    elif "celery" not in str(draft.was("executor") or "celery").lower():
        found.became(draft, Fate.DROPPED, note="only Celery has a result backend")
    elif found.value == draft.was("data.metadataConnection"):
        found.became(draft, Fate.DROPPED, note="Celery takes the metadata database on its own")
    elif draft.was("data.resultBackendSecretName"):
        found.became(draft, Fate.DROPPED, note="data.resultBackendSecretName has the whole URL")
    else:
        url = "db+" + database_url(as_mapping(found.value))
        found.needs(draft, "data.resultBackendSecretName", "airflow-result-backend", {"connection": url})


def database_url(connection: dict[str, Any]) -> str:
    """Return what the URL of a database looks like: its place, without user and password."""
    host, port = connection.get("host") or "RELEASE-postgresql", connection.get("port") or 5432
    protocol = connection.get("protocol") or "postgresql"
    query = f"?sslmode={connection.get('sslmode') or 'require'}" if protocol == "postgresql" else ""
    return f"{protocol}://USER:PASSWORD@{host}:{port}/{connection.get('db') or 'airflow'}{query}, URL-encoded"


@converter
def chart_database_password(draft: Draft, found: Found) -> None:
    """Name the Secrets of the chart's own PostgreSQL: its passwords, and the URL with one of them."""
    keys = {"password": "of the user", "postgres-password": "of the administrator"}
    if not draft.was("data.metadataConnection") and not draft.was("data.metadataSecretName"):
        draft.set("data.metadataSecretName", "airflow-metadata")
        draft.need(
            "airflow-metadata", {"connection": database_url({"host": "RELEASE-postgresql", "sslmode": "disable"})}
        )
    found.needs(draft, "postgresql.auth.existingSecret", "airflow-postgresql", keys)


@converter
def search_connection(draft: Draft, found: Found) -> None:
    """Name a Secret with the URL of Elasticsearch or OpenSearch."""
    service = found.to[0]
    if not found.value:
        found.became(draft, Fate.DROPPED, note="it is empty")
        return
    keys = {"connection": "SCHEME://USER:PASSWORD@HOST:PORT, URL-encoded"}
    found.needs(draft, f"{service}.secretName", f"airflow-{service}", keys)


def connection_note(conn_id: str) -> tuple[str, str, str]:
    """Return the variable, the Secret and the content for a connection."""
    name = f"AIRFLOW_CONN_{conn_id}".upper()
    return name, CONNECTIONS, f"the connection {conn_id} as JSON or as a URL"
