"""What became of the options of airflow.cfg, read from `airflow_options.toml`, and which of them are secrets."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from airflowkit.redaction import contains_secret, is_secret, names_secret

VARIABLE: Final = re.compile(r"AIRFLOW__(?P<section>[A-Z0-9_.]+?)__(?P<option>[A-Z0-9_]+)")
_MINUTES_OF_A_DAY: Final = 1440
_FAB_BACKENDS: Final = "airflow.providers.fab.auth_manager.api.auth.backend"
_INDIRECT: Final = ("_cmd", "_secret")
"""Suffixes of options that say where a value comes from: a command, or a secrets backend."""
_HARMLESS: Final = re.compile(r"(?i)^\s*(?:true|false|\d*|none|null)\s*$|^\s*(?:\{\{|\$\()")


@dataclass(frozen=True, slots=True)
class OptionSuccessor:
    """What became of an option.

    Attributes:
        fate: `same`, `renamed`, `removed`, or left to do by `hand`.
        option: Its name today, as `section.option`.
        note: Why, or what to do.
        source: Where that is said.
    """

    fate: Literal["same", "renamed", "removed", "hand"]
    option: str = ""
    note: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class ChartSecret:
    """An option that the chart fills from a Secret of its own.

    Attributes:
        set: The chart's key that names the Secret.
        name: A name for it.
        key: The key in it.
        what: What has to be in it.
    """

    set: str
    name: str
    key: str
    what: str


FROM_SECRETS: Final = {
    "core.fernet_key": ChartSecret(
        "fernetKeySecretName", "airflow-fernet-key", "fernet-key", "the same key as before: it decrypts the connections"
    ),
    "database.sql_alchemy_conn": ChartSecret(
        "data.metadataSecretName",
        "airflow-metadata",
        "connection",
        "the URL of the database, with its parts URL-encoded",
    ),
    "celery.broker_url": ChartSecret(
        "data.brokerUrlSecretName", "airflow-broker-url", "connection", "the broker's URL"
    ),
    "celery.result_backend": ChartSecret(
        "data.resultBackendSecretName", "airflow-result-backend", "connection", "db+ and the URL of the database"
    ),
    "api.secret_key": ChartSecret(
        "apiSecretKeySecretName", "airflow-api-secret-key", "api-secret-key", "any long random text"
    ),
    "api_auth.jwt_secret": ChartSecret("jwtSecretName", "airflow-jwt-secret", "jwt-secret", "any long random text"),
}
"""By option (chart 1.22: templates/_helpers.yaml, standard_airflow_environment)."""


@cache
def successor(option: str) -> OptionSuccessor:
    """Return what became of an option, as `section.option`.

    Examples:
        >>> successor("webserver.base_url").option
        'api.base_url'
    """
    if suffix := next((each for each in _INDIRECT if option.endswith(each)), ""):
        base = successor(option.removesuffix(suffix))
        if base.fate == "renamed":
            return OptionSuccessor("renamed", base.option + suffix, base.note, base.source)
    seen, source = option, ""
    while found := _renamed(seen):
        seen, source = found
    note, said = _find("removed", seen)
    if said:
        return OptionSuccessor("removed", note=note or "Airflow 3 does not have it", source=said)
    note, said = _find("by_hand", seen)
    if said:
        return OptionSuccessor("hand", note=note, source=said)
    return OptionSuccessor("renamed" if source else "same", seen, source=source)


def converted(option: str, value: object) -> object:
    """Return the value of an option under its new name."""
    if option == "webserver.session_lifetime_days" and str(value).isdigit():
        return int(str(value)) * _MINUTES_OF_A_DAY
    if successor(option).option == "fab.auth_backends":
        return ",".join(_auth_backend(each.strip()) for each in str(value).split(","))
    return value


def _auth_backend(module: str) -> str:
    """Return where a backend is that was part of Airflow 2; those that let nobody or everybody in are gone."""
    name = module.removeprefix("airflow.api.auth.backend.")
    if name == module:
        return module
    return f"{_FAB_BACKENDS}.{name if name in {'basic_auth', 'kerberos_auth'} else 'session'}"


def variable(option: str) -> str:
    """Return the environment variable of an option."""
    section, _, name = option.partition(".")
    return f"AIRFLOW__{section}__{name}".upper()


def option_of(name: str) -> str:
    """Return the option that an environment variable sets, or an empty string."""
    match = VARIABLE.fullmatch(name.upper())
    return f"{match['section']}.{match['option']}".lower() if match and name.isupper() else ""


def is_secret_option(option: str, value: object) -> bool:
    """Return whether an option's value does not belong into values."""
    return not option.endswith(_INDIRECT) and holds_secret(option.rpartition(".")[2], value)


def holds_secret(name: str, value: object) -> bool:
    """Return whether a value is a secret, by its name or by its looks."""
    if not isinstance(value, str) or _HARMLESS.match(value):
        return False
    return names_secret(name) or name.upper().startswith("AIRFLOW_CONN_") or text_holds_secret(value)


def text_holds_secret(text: str) -> bool:
    """Return whether a text has a secret in it; the user of a git URL, `git@`, is none."""
    plain = text.replace("://git@", "://")
    return is_secret(plain) or contains_secret(plain)


def _renamed(option: str) -> tuple[str, str] | None:
    if _find("removed", option)[1]:
        return None
    for group in _table()["renamed"]:
        for old, new in group["options"].items():
            if old == option or fnmatchcase(option, old):
                renamed = new.replace("*", option.partition(".")[2])
                return (renamed, group["source"]) if renamed != option else None
    return None


def _find(fate: str, option: str) -> tuple[str, str]:
    """Return the note and the source of the first row that fits."""
    for group in _table()[fate]:
        for old, note in group["options"].items():
            if fnmatchcase(option, old):
                return note, group["source"]
    return "", ""


@cache
def _table() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(files(__package__).joinpath("airflow_options.toml").read_text())
