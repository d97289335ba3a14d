"""Values of the user-community chart that changed their form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit.deploy.values.airflow_options import option_of
from airflowkit.deploy.values.chart import Path, known, leaves
from airflowkit.deploy.values.fates import Fate
from airflowkit.deploy.values.found import Found, converter
from airflowkit.deploy.values.official import as_mapping, connection_note, first_user, place_option
from airflowkit.deploy.values.variables import VARIABLES, convert_variables

if TYPE_CHECKING:
    from airflowkit.deploy.values.draft import Draft

_ACCOUNTS: Final = (
    "scheduler", "apiServer", "dagProcessor", "triggerer", "workers.celery", "workers.kubernetes",
    "createUserJob", "migrateDatabaseJob",
)  # fmt: skip


@converter
def environment_config(draft: Draft, found: Found) -> None:
    """Write `AIRFLOW__SECTION__OPTION` as an option under `config`, and any other variable under `env`."""
    for leaf, value in leaves(found.value, found.path):
        name = leaf[-1]
        entry = Found(leaf, _literal(value), (leaf,), found.successor, found.to)
        option = option_of(name)
        if option:
            place_option(draft, entry, option, entry.value)
        elif leaf != found.path:
            variables = convert_variables([{"name": name, "value": str(value)}], found.key)
            draft.rows.extend(row for row in variables.rows if row.fate is not Fate.SECRET)
            _place_variables(draft, entry, variables.entries, variables.secrets)
        else:
            found.became(draft, Fate.DROPPED, note="it is empty")


def _literal(value: Any) -> Any:
    """Return a value of a chart without templates for a chart that renders its values as templates."""
    return value.replace("{{", '{{ "{{" }}') if isinstance(value, str) else value


def _place_variables(draft: Draft, found: Found, entries: list[Any], secrets: dict[str, dict[str, str]]) -> None:
    for secret, keys in secrets.items():
        draft.need(secret, keys)
        for name in keys:
            draft.place(("secret",), [{"envName": name, "secretName": secret, "secretKey": name}])
            found.became(draft, Fate.SECRET, "secret", note=f"Secret {secret}, key {name}")
    if not secrets:
        found.place(draft, entries, "env")


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


@converter
def users(draft: Draft, found: Found) -> None:
    """Make the first user by the chart's job, and leave the others to a command."""
    people = [user for user in _items(found.value) if isinstance(user, dict)]
    if not people:
        draft.set("createUserJob.enabled", False)
        found.became(draft, Fate.MOVED, "createUserJob.enabled", note="nobody is made")
        return
    role = people[0].get("role")
    first = {**people[0], "role": role[0] if isinstance(role, list) and role else role or "Admin"}
    first_user(draft, first)
    others = ", ".join(str(user.get("username", "?")) for user in people[1:])
    if others:
        note = f"Secret airflow-admin, key password; make the others with `airflow users create`: {others}"
        found.became(draft, Fate.BY_HAND, "createUserJob.defaultUser", note=note)
    else:
        found.became(draft, Fate.SECRET, "createUserJob.defaultUser", note="Secret airflow-admin, key password")


@converter
def connections(draft: Draft, found: Found) -> None:
    """Name a Secret with a variable for each connection."""
    names = [str(each["id"]) for each in _items(found.value) if isinstance(each, dict) and each.get("id")]
    for conn_id in names:
        name, secret, what = connection_note(conn_id)
        draft.place(("secret",), [{"envName": name, "secretName": secret, "secretKey": name}])
        draft.need(secret, {name: what})
    _named(draft, found, names, "airflow-connections", "AIRFLOW_CONN_")


@converter
def variables(draft: Draft, found: Found) -> None:
    """Name a Secret with an environment variable for each variable."""
    names = [str(each["key"]) for each in _items(found.value) if isinstance(each, dict) and each.get("key")]
    for key in names:
        name = f"AIRFLOW_VAR_{key}".upper()
        draft.place(("secret",), [{"envName": name, "secretName": VARIABLES, "secretKey": name}])
        draft.need(VARIABLES, {name: f"the variable {key}"})
    _named(draft, found, names, VARIABLES, "AIRFLOW_VAR_")


def _named(draft: Draft, found: Found, names: list[str], secret: str, prefix: str) -> None:
    if names:
        keys = ", ".join(f"{prefix}{name}".upper() for name in names)
        found.became(draft, Fate.SECRET, "secret", note=f"Secret {secret}, keys {keys}")
    else:
        found.became(draft, Fate.DROPPED, note="it is empty")


@converter
def log_interval(draft: Draft, found: Found) -> None:
    """Write an interval in seconds in minutes."""
    component = "workers.celery" if found.to[0] == "workers" else found.to[0]
    text = str(found.value)
    minutes = max(1, round(int(text) / 60)) if text.isdigit() else found.value
    found.place(draft, minutes, f"{component}.logGroomerSidecar.frequencyMinutes")


@converter
def service_port(draft: Draft, found: Found) -> None:
    """Write the outer port of a service."""
    name = {"apiServer": "api-server", "flower": "flower-ui"}[found.to[0]]
    found.place(draft, [{"name": name, "port": found.value, "targetPort": name}], f"{found.to[0]}.service.ports")


@converter
def flower_secret(draft: Draft, found: Found) -> None:
    """Keep the Secret, which needs the key that the chart reads."""
    if name := found.secret_name(draft):
        draft.set("flower.secretName", name)
        draft.need(name, {"basicAuth": "USER:PASSWORD"})
        found.became(draft, Fate.SECRET, "flower.secretName", note=f"Secret {name}, key basicAuth")


@converter
def git_sync_variable(draft: Draft, found: Found) -> None:
    """Set what the chart has no key for by git-sync's own variable."""
    value = f"{found.value}s" if found.to[0].endswith("TIMEOUT") else str(found.value)
    found.place(draft, [{"name": found.to[0], "value": value}], "dags.gitSync.env")


@converter
def git_http_secret(draft: Draft, found: Found) -> None:
    """Keep the Secret, which needs four keys of fixed names."""
    if not (name := found.secret_name(draft)):
        return
    user = draft.was("dags.gitSync.httpSecretUsernameKey") or "username"
    password = draft.was("dags.gitSync.httpSecretPasswordKey") or "password"
    keys = {f"{prefix}_USERNAME": f"what it has under {user}" for prefix in ("GITSYNC", "GIT_SYNC")}
    keys |= {f"{prefix}_PASSWORD": f"what it has under {password}" for prefix in ("GITSYNC", "GIT_SYNC")}
    draft.set("dags.gitSync.credentialsSecret", name)
    draft.need(name, keys)
    note = f"Secret {name}, keys {', '.join(keys)}"
    found.became(draft, Fate.SECRET, "dags.gitSync.credentialsSecret", note=note)


@converter
def git_ssh_secret_key(draft: Draft, found: Found) -> None:
    """Ask for the private key under the name that the chart reads."""
    secret = draft.was("dags.gitSync.sshSecret")
    if not isinstance(secret, str) or not secret:
        found.became(draft, Fate.DROPPED, note="no Secret is named")
        return
    draft.need(secret, {"gitSshKey": f"what it has under {found.value if isinstance(found.value, str) else 'id_rsa'}"})
    found.became(draft, Fate.SECRET, note=f"Secret {secret}, key gitSshKey")


@converter
def service_account(draft: Draft, found: Found) -> None:
    """Give each component an account, where one was shared by all."""
    account = as_mapping(found.value)
    shared = account.get("create") is False and account.get("name")
    for component in _ACCOUNTS:
        path: Path = (*component.split("."), "serviceAccount")
        if shared:
            draft.place((*path, "create"), value=False)
            draft.place((*path, "name"), account["name"])
        if account.get("annotations") and known((*path, "annotations")):
            draft.place((*path, "annotations"), account["annotations"])
    to = tuple(f"{component}.serviceAccount" for component in _ACCOUNTS)
    if account.get("name") and not shared:
        note = (
            "each component has an account of its own now (RELEASE-scheduler, …): allow them wherever the old one was"
        )
        found.became(draft, Fate.BY_HAND, note=note)
    else:
        found.became(draft, Fate.MOVED, *to)


@converter
def external_database(draft: Draft, found: Found) -> None:
    """Name a Secret with the URL of the database."""
    if draft.was("postgresql.enabled") is not False:
        found.became(draft, Fate.DROPPED, note="the old chart ignored it: postgresql.enabled was not false")
        return
    old = as_mapping(found.value)
    scheme = "mysql+mysqldb" if str(old.get("type", "")).startswith("mysql") else "postgresql"
    password = f"what {old['passwordSecret']} has" if old.get("passwordSecret") else "PASSWORD"
    place = f"{old.get('host') or 'HOST'}:{old.get('port') or 5432}/{old.get('database') or 'airflow'}"
    what = f"{scheme}://USER:PASSWORD@{place}{old.get('properties') or ''}, URL-encoded"
    what += f" ({password} as the password)" if password != "PASSWORD" else ""  # noqa: S105  the word in a pattern
    found.needs(draft, "data.metadataSecretName", "airflow-metadata", {"connection": what})


@converter
def external_redis(draft: Draft, found: Found) -> None:
    """Name a Secret with the URL of the broker."""
    if draft.was("redis.enabled") is not False:
        found.became(draft, Fate.DROPPED, note="the old chart ignored it: redis.enabled was not false")
        return
    if "celery" not in str(draft.was("airflow.executor") or "CeleryExecutor").lower():
        found.became(draft, Fate.DROPPED, note="only Celery has a broker")
        return
    old = as_mapping(found.value)
    place = f"{old.get('host') or 'HOST'}:{old.get('port') or 6379}/{old.get('databaseNumber') or 1}"
    what = f"redis://:PASSWORD@{place}{old.get('properties') or ''}, URL-encoded"
    found.needs(draft, "data.brokerUrlSecretName", "airflow-broker-url", {"connection": what})


def default_fernet_key(draft: Draft) -> None:
    """Warn of the published key that the community chart takes where none is set."""
    secured = draft.was("airflow.fernetKey") or "AIRFLOW__CORE__FERNET_KEY" in str(draft.was("airflow"))
    if not secured:
        draft.set("fernetKeySecretName", "airflow-fernet-key")
        keys = {"fernet-key": "a new key, then a comma and the published default key of the old chart's values.yaml"}
        draft.need("airflow-fernet-key", keys)
        note = "no key was set, so the old chart's published default encrypts your connections: rotate it"
        draft.row(Fate.ADDED, "fernetKeySecretName", note=note, source="user-community chart 8.9.0: values.yaml")
