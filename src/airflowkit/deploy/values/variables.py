"""Environment variables in values: lists of them, and texts of such lists.

Old names of Airflow's options get today's, and values that are secrets become references to one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from airflowkit.deploy.values.airflow_options import (
    FROM_SECRETS,
    converted,
    holds_secret,
    option_of,
    successor,
    variable,
)
from airflowkit.deploy.values.fates import Fate, Row

if TYPE_CHECKING:
    from collections.abc import Iterable

CONNECTIONS: Final = "airflow-connections"
VARIABLES: Final = "airflow-variables"
SETTINGS: Final = "airflow-settings"
GIT_HTTPS: Final = "airflow-git-https"


@dataclass(frozen=True, slots=True)
class Variables:
    """A list of environment variables, converted.

    Attributes:
        entries: The new list.
        rows: What became of entries that did not stay.
        secrets: The keys that are needed, by Secret.
        built_in: Variables that the chart sets itself, and should not beside these.
        chart_secrets: Options whose values belong in a Secret that the chart names in a key of its own.
    """

    entries: list[Any] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    built_in: list[str] = field(default_factory=list)
    chart_secrets: list[str] = field(default_factory=list)


def convert_variables(entries: Iterable[Any], key: str) -> Variables:
    """Convert a list of Kubernetes' EnvVar.

    Args:
        entries: The list.
        key: Where it is in the old values.
    """
    result = Variables()
    for entry in entries:
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            _convert(entry, f"{key}[{entry['name']}]", result)
        else:
            result.entries.append(without_secrets(entry, key, result))
    return result


def secret_for(name: str) -> str:
    """Return the Secret that a variable's value belongs in."""
    if name.startswith("AIRFLOW_CONN_"):
        return CONNECTIONS
    if name.startswith("AIRFLOW_VAR_"):
        return VARIABLES
    return GIT_HTTPS if name.startswith(("GIT_SYNC_", "GITSYNC_")) else SETTINGS


def without_secrets(value: Any, key: str, result: Variables) -> Any:
    """Return a value with every `{name, value}` in it, at any depth, that is a secret replaced by a reference."""
    if isinstance(value, list):
        return [without_secrets(item, key, result) for item in value]
    if not isinstance(value, dict):
        return value
    name = value.get("name")
    if isinstance(name, str) and holds_secret(name, value.get("value")):
        return _reference(value, f"{key}[{name}]", result)
    return {name: without_secrets(child, key, result) for name, child in value.items()}


def _convert(entry: dict[str, Any], key: str, result: Variables) -> None:
    name, value = entry["name"], entry.get("value")
    option = option_of(name)
    became = successor(option) if option else None
    if became and became.fate in {"removed", "hand"}:
        fate = Fate.DROPPED if became.fate == "removed" else Fate.BY_HAND
        result.rows.append(Row(fate, key, note=became.note, source=became.source))
        return
    if became and became.option in FROM_SECRETS and "value" in entry:
        secret = FROM_SECRETS[became.option]
        result.chart_secrets.append(became.option)
        result.rows.append(Row(Fate.SECRET, key, (secret.set,), f"Secret {secret.name}, key {secret.key}"))
        return
    if became and became.fate == "renamed":
        name = variable(became.option)
        result.rows.append(Row(Fate.MOVED, key, (name,), source=became.source))
        entry = {**entry, "name": name} | ({"value": str(converted(option, value))} if "value" in entry else {})
    if became and became.option in FROM_SECRETS:
        result.built_in.append(name)
    result.entries.append(_reference(entry, key, result) if holds_secret(name, value) else entry)


def _reference(entry: dict[str, Any], key: str, result: Variables) -> dict[str, Any]:
    name = entry["name"]
    secret = secret_for(name)
    result.secrets.setdefault(secret, {})[name] = f"the value of {key}"
    result.rows.append(Row(Fate.SECRET, key, note=f"Secret {secret}, key {name}"))
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": name}}}
