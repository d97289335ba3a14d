"""What a change of Helm values means for the deployment, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit.deploy.secrets.deployment import Deployment
from airflowkit.deploy.secrets.reading import read_references
from airflowkit.deploy.secrets.references import needs_of
from airflowkit.deploy.values.chart import dotted, leaves
from airflowkit.deploy.values.checker import check_values
from airflowkit.errors import counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflowkit.deploy.values.findings import Finding

_MOST: Final = 5
_COMPONENTS: Final = {
    "apiServer": "the API server",
    "dagProcessor": "the DAG processor",
    "flower": "Flower",
    "pgbouncer": "PgBouncer",
    "redis": "Redis",
    "scheduler": "the scheduler",
    "statsd": "StatsD",
    "triggerer": "the triggerer",
    "workers": "the workers",
}
"""What restarts for a value, by its first key; other values reach every component."""
_NO_COMPONENT: Final = frozenset(
    {"cleanup", "createUserJob", "databaseCleanup", "ingress", "migrateDatabaseJob", "networkPolicies", "rbac"}
)
"""Values for what no component's pod has."""


def values_difference(older: Mapping[str, Any], newer: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is different in newer values, a line each.

    Args:
        older: The values so far.
        newer: The values to come.
    """
    before, after = ({dotted(path): value for path, value in leaves(values)} for values in (older, newer))
    changed = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    if not changed:
        yield "no values change"
        return
    yield f"{counted(len(changed), 'value')} changed: {listed(changed, _MOST)}"
    yield from _restarts({key.partition(".")[0] for key in changed})
    for secret in sorted(_secrets(newer) - _secrets(older)):
        yield f"the Secret {secret} is needed first: airflowkit secrets --apply"


def new_faults(older: Mapping[str, Any], newer: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return what is wrong with newer values, and was not with the older ones."""
    known = {(fault.key, fault.message) for fault in check_values(older)}
    return tuple(fault for fault in check_values(newer) if (fault.key, fault.message) not in known)


def _restarts(keys: set[str]) -> Iterator[str]:
    reached = keys - _NO_COMPONENT
    if reached - _COMPONENTS.keys():
        yield "all components restart"
    elif reached:
        yield f"these restart: {', '.join(_COMPONENTS[key] for key in sorted(reached))}"


def _secrets(values: Mapping[str, Any]) -> set[str]:
    return {need.secret for need in needs_of(read_references(Deployment(values)).references)}
