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
        chart_secrets: Options that the chart fills from a Secret, by where their value is now; and its name if the
            Secret is right as it is.
    """

    entries: list[Any] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    built_in: list[str] = field(default_factory=list)
    chart_secrets: dict[str, tuple[str, str]] = field(default_factory=dict)


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
    if became and became.option in FROM_SECRETS and _name_chart_secret(entry, key, became.option, result):
        return
    if became and became.fate == "renamed":
        name = variable(became.option)
        result.rows.append(Row(Fate.MOVED, key, (name,), source=became.source))
        entry = {**entry, "name": name} | ({"value": str(converted(option, value))} if "value" in entry else {})
    if became and became.option in FROM_SECRETS:
        result.built_in.append(name)
    result.entries.append(_reference(entry, key, result) if holds_secret(name, value) else entry)


def _name_chart_secret(entry: dict[str, Any], key: str, option: str, result: Variables) -> bool:
    """Have the chart fill an option from a Secret; return whether it can."""
    reference = (entry.get("valueFrom") or {}).get("secretKeyRef") or {}
    secret = FROM_SECRETS[option]
    if "value" not in entry and not reference:
        return False
    right = reference.get("name") if reference.get("key") == secret.key else ""
    where = f"what Secret {reference.get('name')} has under {reference.get('key')}" if reference else secret.what
    result.chart_secrets[option] = (where, str(right or ""))
    fate = Fate.MOVED if right else Fate.SECRET
    note = "" if right else f"Secret {secret.name}, key {secret.key}"
    result.rows.append(Row(fate, key, (secret.set,), note))
    return True


def _reference(entry: dict[str, Any], key: str, result: Variables) -> dict[str, Any]:
    name = entry["name"]
    secret = secret_for(name)
    result.secrets.setdefault(secret, {})[name] = f"the value of {key}"
    result.rows.append(Row(Fate.SECRET, key, note=f"Secret {secret}, key {name}"))
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": name}}}
