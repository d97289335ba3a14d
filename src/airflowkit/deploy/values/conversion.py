"""Converts an old values file, of the user-community chart or an older official one, into one for today's chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit.deploy.values import community, official  # noqa: F401  they register converters
from airflowkit.deploy.values.airflow_options import text_holds_secret
from airflowkit.deploy.values.chart import Path, dotted, in_order, known, leaves, meant
from airflowkit.deploy.values.draft import Draft
from airflowkit.deploy.values.fates import Conversion, Fate
from airflowkit.deploy.values.found import CONVERTERS, Found
from airflowkit.deploy.values.moving import apply_variables, move
from airflowkit.deploy.values.successors import Chart, Successor, successor_of, with_matches
from airflowkit.deploy.values.variables import Variables, without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMUNITY: Final = frozenset(
    {"web", "externalDatabase", "externalRedis", "serviceAccount", "extraManifests", "serviceMonitor", "prometheusRule"}
)
"""Keys at the top that only the community chart has, beside `airflow` itself."""
_OFFICIAL: Final = frozenset({"webserver", "apiServer", "dags", "scheduler", "executor", "data", "config", "workers"})
_HEADING: Final = "USER-SUPPLIED VALUES"
"""What `helm get values` prints first."""


def convert(values: dict[str, Any]) -> Conversion:
    """Return old values as values for today's chart, with what became of each key.

    Of a chart that has Airflow's as its subchart, what is under `airflow` is converted.
    """
    if wrapped := subchart_of(values):
        inner = convert(wrapped)
        rest = {key: value for key, value in values.items() if key != "airflow"}
        return Conversion({**rest, "airflow": inner.values}, inner.rows, inner.secrets, inner.chart)
    old = {key: value for key, value in values.items() if key != _HEADING}
    chart = chart_of(old)
    draft = Draft(old)
    for found in _in_order(old, chart):
        _apply(draft, found)
    _finish(draft, chart)
    name = "the user-community chart" if chart == "community" else "the official chart"
    return Conversion(in_order(draft.values), tuple(draft.rows), draft.secrets, name)


def chart_of(values: dict[str, Any]) -> Chart:
    """Return which chart a values file is for."""
    if "airflow" in values or _COMMUNITY & values.keys():
        return "community"
    git_sync = (values.get("dags") or {}).get("gitSync") if isinstance(values.get("dags"), dict) else None
    theirs = {"repoSubPath", "revision", "syncWait", "syncTimeout", "httpSecret", "sshSecret", "sshKnownHosts"}
    return "community" if isinstance(git_sync, dict) and theirs & git_sync.keys() else "official"


def subchart_of(values: dict[str, Any]) -> dict[str, Any] | None:
    """Return the values under `airflow` where that is a subchart, and not the community chart's own section."""
    inner = values.get("airflow")
    if not isinstance(inner, dict) or (_COMMUNITY | {"scheduler", "workers", "dags"}) & values.keys():
        return None
    has_sections = isinstance(inner.get("airflow"), dict) or any(isinstance(inner.get(key), dict) for key in _OFFICIAL)
    names_itself = {"image", "users", "connections", "extraPipPackages", "legacyCommands"} & inner.keys()
    from_official = isinstance(inner.get("config"), dict) and all(
        isinstance(each, dict) for each in inner["config"].values()
    )
    only_config = [key for key in _OFFICIAL if isinstance(inner.get(key), dict)] == ["config"]
    if not has_sections or names_itself or (only_config and not from_official):
        return None
    return inner


def _in_order(old: dict[str, Any], chart: Chart) -> list[Found]:
    """Return what is there for each row, what stays as it is first: today's keys win over old ones."""
    groups: dict[tuple[Path, Successor | None], list[tuple[Path, Any]]] = {}
    for path, value in leaves(old):
        if not path:
            continue
        row = successor_of(path, chart)
        row = None if row and row.kind == "move" and row.to == (".".join(row.key),) else row
        root = path[: len(row.key)] if row else _root_without_row(path, chart)
        groups.setdefault((root, row), []).append((path, value))
    found = [_found(root, row, content, chart) for (root, row), content in groups.items()]
    return sorted(found, key=lambda each: bool(each.successor.kind != "move" or each.to[:1] != (each.key,)))


def _root_without_row(path: Path, chart: Chart) -> Path:
    """Return the key itself where the chart knows it, or else the first part that it does not know."""
    if chart == "community":
        return path
    return next((path[:length] for length in range(1, len(path)) if known(path[:length]) is None), path)


def _found(root: Path, row: Successor | None, content: list[tuple[Path, Any]], chart: Chart) -> Found:
    value: Any = {}
    for path, leaf in content:
        place = value
        for part in path[len(root) : -1]:
            place = place.setdefault(part, {})
        if path == root:
            value = leaf
        else:
            place[path[-1]] = leaf
    row = row or Successor(root, "move", to=(dotted(root),))
    to = tuple(with_matches(target, row.key, root) for target in row.to)
    return Found(root, value, tuple(path for path, _ in content), row, to, blank_is_unset=chart == "community")


def _apply(draft: Draft, found: Found) -> None:
    row = found.successor
    note = _unused(draft, found)
    if note:
        found.became(draft, Fate.DROPPED, note=note)
    elif not row.source and known(found.path) is None:
        found.became(
            draft, Fate.BY_HAND, note="; ".join(filter(None, ("the chart has no such key", meant(found.path))))
        )
    elif row.kind == "move":
        move(draft, found, [tuple(target.split(".")) for target in found.to] if row.source else [found.path])
    elif row.kind == "convert":
        CONVERTERS[row.by](draft, found)
    elif row.kind == "secret":
        found.needs(draft, row.set, row.name, row.keys)
    else:
        found.became(draft, Fate.DROPPED if row.kind == "drop" else Fate.BY_HAND, note=row.note)


def _unused(draft: Draft, found: Found) -> str:
    """Return why a value does nothing, whatever its row says."""
    row, empty = found.successor, found.value in (None, "", [], {})
    if empty and (found.blank_is_unset or (row.source and found.to != (found.key,)) or known(found.path) is None):
        return "it is empty"
    if row.kind == "hand" and _is_off(found.value):
        return "it is off"
    for old, new in _REPLACED:
        if found.path[: len(old)] == old and draft.was(".".join(new)) and row.by != "default_user":
            return f"{dotted(new)} is there, and Airflow 3 reads that"
    return ""


_REPLACED: Final = ((("webserver",), ("apiServer",)), (("ingress", "web"), ("ingress", "apiServer")))
"""What a file for Airflow 3 that was written over one for Airflow 2 has twice."""


def _is_off(value: Any) -> bool:
    """Return whether a feature is not used: false, `enabled: false`, or nothing but empty values."""
    if isinstance(value, dict):
        return value.get("enabled") is False or all(leaf in (None, "", [], {}) for _, leaf in leaves(value))
    return value is False


def _sweep(draft: Draft) -> None:
    """Take out what has something like a secret in it, wherever it came from."""
    for path, value in list(leaves(draft.values)):
        variables = Variables()
        cleaned = without_secrets(value, dotted(path), variables)
        if variables.rows:
            apply_variables(draft, variables)
            draft.replace(path, cleaned)
        elif any(map(text_holds_secret, _texts(value))):
            draft.replace(path, None)
            note = "it has something like a secret in it: put that into a Secret, and write it again"
            draft.row(Fate.SECRET, dotted(path), note=note)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _texts(child)


def _finish(draft: Draft, chart: Chart) -> None:
    """Add what the chart warns about where it is missing."""
    if chart == "community":
        community.default_fernet_key(draft)
    _sweep(draft)
    _git_sync(draft)
    _pgbouncer(draft)
    if "airflow.www" in str(draft.get("apiServer.apiServerConfig")):
        note = "it imports airflow.www, which Airflow 3 does not have: take the names from flask_appbuilder"
        draft.row(Fate.BY_HAND, "apiServer.apiServerConfig", note=note)
    for key, value, note in _ADDITIONS:
        if draft.get(key) is None and not draft.was(key):
            draft.set(key, value)
            draft.row(Fate.ADDED, key, note=note)
    _dag_processor(draft)
    for key, name, needed in (
        ("apiSecretKeySecretName", "airflow-api-secret-key", "api-secret-key"),
        ("jwtSecretName", "airflow-jwt-secret", "jwt-secret"),
    ):
        if not draft.get(key):
            draft.set(key, name)
            draft.need(name, {needed: "any long random text"})
            draft.row(
                Fate.ADDED, key, note="without one, each upgrade makes a new key, and running tasks lose their tokens"
            )


_ADDITIONS: Final = (
    ("enableServiceLinks", False, "chart 2.0 does so (#67447); set true if tasks read variables of services"),
    ("dags.gitSync.recommendedProbeSetting", True, "the probes of chart 2.0 (#62334)"),
)


def _git_sync(draft: Draft) -> None:
    """Make branch and ref equal: whichever of the two differs is ignored without a word (apache/airflow#42918)."""
    git_sync = draft.get("dags.gitSync")
    if not isinstance(git_sync, dict) or not git_sync.get("enabled"):
        return
    branch, ref = git_sync.get("branch"), git_sync.get("ref")
    followed = branch or ref
    for key, other in (("ref", ref), ("branch", branch)):
        if followed and other != followed:
            draft.set(f"dags.gitSync.{key}", followed)
            draft.row(Fate.ADDED, f"dags.gitSync.{key}", note="branch and ref have to be equal (#42918)")
    if "maxFailures" not in git_sync:
        draft.set("dags.gitSync.maxFailures", 10)
        draft.row(Fate.ADDED, "dags.gitSync.maxFailures", note="with 0, one hiccup of the git server fails a task")


def _pgbouncer(draft: Draft) -> None:
    """Name PgBouncer's own Secret, which the chart makes only from a connection in the values."""
    by_secret = draft.get("data.metadataSecretName") and not draft.was("data.metadataSecretName")
    if by_secret and draft.get("pgbouncer.enabled") and not draft.get("pgbouncer.configSecretName"):
        draft.set("pgbouncer.configSecretName", "airflow-pgbouncer-config")
        keys = {
            "pgbouncer.ini": "[databases] with the database's own host; data.metadataSecretName points to PgBouncer",
            "users.txt": 'a line: "USER" "PASSWORD"',
        }
        draft.need("airflow-pgbouncer-config", keys)
        note = "with data.metadataSecretName the chart writes no configuration for PgBouncer"
        draft.row(Fate.ADDED, "pgbouncer.configSecretName", note=note)


def _dag_processor(draft: Draft) -> None:
    """Give the DAG processor what the scheduler of Airflow 2 had to parse DAGs."""
    if draft.was("dagProcessor") or (not draft.was("webserver") and not draft.was("web")):
        return
    for name in ("env", "extraVolumes", "extraVolumeMounts", "extraInitContainers"):
        if value := draft.get(f"scheduler.{name}"):
            draft.place(("dagProcessor", name), list(value))
            draft.row(Fate.ADDED, f"dagProcessor.{name}", note=f"as scheduler.{name}: it parses the DAGs now")
