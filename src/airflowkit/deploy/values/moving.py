"""Puts a key and everything below it under its new key, value by value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflowkit.deploy.values.airflow_options import FROM_SECRETS
from airflowkit.deploy.values.chart import Path, dotted, leaves
from airflowkit.deploy.values.fates import Fate
from airflowkit.deploy.values.lookup import value_at
from airflowkit.deploy.values.variables import Variables, convert_variables, without_secrets
from airflowkit.deploy.values.writing import as_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflowkit.deploy.values.draft import Draft
    from airflowkit.deploy.values.found import Found


def move(draft: Draft, found: Found, targets: list[Path]) -> None:
    """Put everything in a key under each of its new keys, and say of each value that is refused why."""
    moved = []
    for leaf, old in leaves(found.value, found.path):
        tail = leaf[len(found.path) :]
        if old in (None, "") and found.blank_is_unset:
            draft.row(Fate.DROPPED, dotted(leaf), note="it is empty", leaves=(leaf,))
            continue
        value = _cleaned(draft, (*targets[0], *tail), leaf, old)
        refused = [each for target in targets if (each := draft.place((*target, *tail), value))]
        if refused and old in ("", [], {}):
            draft.row(Fate.DROPPED, dotted(leaf), note="it is empty", leaves=(leaf,))
        elif len(refused) == len(targets):
            source = found.successor.source
            draft.row(refused[0].fate, dotted(leaf), note=refused[0].note, source=source, leaves=(leaf,))
        elif targets == [found.path] and value_at(draft.values, leaf) != value:
            draft.row(Fate.MOVED, dotted(leaf), dotted(leaf), leaves=(leaf,))
        else:
            moved.append(leaf)
    if moved:
        stays = targets == [found.path]
        to = () if stays else tuple(map(dotted, targets))
        source = "" if stays else found.successor.source
        draft.row(Fate.KEPT if stays else Fate.MOVED, found.key, *to, source=source, leaves=tuple(moved))


def _cleaned(draft: Draft, target: Path, leaf: Path, value: Any) -> Any:
    """Return a list with today's names of variables, and without secrets."""
    if not isinstance(value, list):
        return value
    if target == ("secret",):
        return _secret_list(draft, value, dotted(leaf))
    if target[-1] != "env":
        variables = Variables()
        cleaned: Any = without_secrets(value, dotted(leaf), variables)
    else:
        variables = convert_variables(value, dotted(leaf))
        cleaned = variables.entries
    apply_variables(draft, variables)
    if target != ("env",):
        return cleaned
    _tell_of_remote_logs(draft, cleaned)
    return _plain(draft, cleaned)


def _secret_list(draft: Draft, entries: list[Any], key: str) -> list[Any]:
    """Return the chart's own list of variables from Secrets with today's names."""
    fitting = [entry for entry in entries if isinstance(entry, dict) and entry.get("envName")]
    as_variables = [
        {
            "name": entry["envName"],
            "valueFrom": {"secretKeyRef": {"name": entry.get("secretName"), "key": entry.get("secretKey", "value")}},
        }
        for entry in fitting
    ]
    variables = convert_variables(as_variables, key)
    if variables.entries == as_variables:
        return entries
    apply_variables(draft, variables)
    return [_as_secret_entry(entry) for entry in variables.entries]


def _as_secret_entry(variable: dict[str, Any]) -> dict[str, Any]:
    reference = variable["valueFrom"]["secretKeyRef"]
    return {"envName": variable["name"], "secretName": reference["name"], "secretKey": reference["key"]}


def _tell_of_remote_logs(draft: Draft, entries: list[Any]) -> None:
    """Repeat in `config` that logs are remote: the chart decides by that what it makes for logs."""
    key = "config.logging.remote_logging"
    for entry in entries:
        if isinstance(entry, dict) and entry.get("name") == "AIRFLOW__LOGGING__REMOTE_LOGGING" and not draft.was(key):
            draft.set(key, str(entry.get("value")))
            draft.row(Fate.ADDED, key, note="the chart reads it there, not in env")


def _plain(draft: Draft, entries: Iterable[Any]) -> list[Any]:
    """Return the variables that `env` takes, which are plain; those with a reference go to `secret` or `extraEnv`."""
    plain, others = [], []
    for entry in entries:
        reference = (entry.get("valueFrom") or {}).get("secretKeyRef") if isinstance(entry, dict) else None
        if reference:
            draft.place(("secret",), [_as_secret_entry(entry)])
        elif isinstance(entry, dict) and "valueFrom" in entry:
            others.append(entry)
        elif isinstance(entry, dict):
            plain.append({**entry, "value": _text(entry.get("value"))})
    if others:
        text = as_yaml(others)
        draft.set("extraEnv", f"{draft.get('extraEnv') or ''}{text}")
    return plain


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def apply_variables(draft: Draft, variables: Variables) -> None:
    """Take over what else comes of a list of variables: rows, Secrets, and the chart's own variables."""
    draft.rows.extend(variables.rows)
    for name, keys in variables.secrets.items():
        draft.need(name, keys)
    for option, (where, name) in variables.chart_secrets.items():
        secret = FROM_SECRETS[option]
        draft.set(secret.set, draft.was(secret.set) or name or secret.name)
        if not name:
            draft.need(secret.name, {secret.key: where})
    for name in variables.built_in:
        draft.set(f"enableBuiltInSecretEnvVars.{name}", value=False)
