"""The keywords that set how the operator behaves, not what the pod is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit.pods.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SWITCHES: Final = frozenset(
    {
        "container_name_log_prefix_enabled",
        "deferrable",
        "depends_on_past",
        "do_xcom_push",
        "durable",
        "get_logs",
        "in_cluster",
        "log_events_on_failure",
        "log_events_on_startup",
        "log_pod_spec_on_failure",
        "random_name_suffix",
        "reattach_on_restart",
        "wait_for_downstream",
    }
)


def behaviour_faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Return what is wrong with the keywords that are the operator's own."""
    for keyword, value in values.items():
        if keyword in _SWITCHES and value is not None and not isinstance(value, bool):
            yield Fault(keyword, value, "must be True or False")
