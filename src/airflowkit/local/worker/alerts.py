"""The alerts of a run: those without a connection on this computer are captured, not sent."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final

from airflowkit._airflow import connection_variable
from airflowkit.alerts.safety.log import log
from airflowkit.alerts.teams.inbox import serve_teams
from airflowkit.settings import load_settings

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator, Mapping, Sequence

    from airflowkit.alerts.teams.inbox import TeamsInbox
    from airflowkit.dags import LoadedDag

_CALLBACKS: Final = tuple(f"on_{end}_callback" for end in ("failure", "success", "retry", "execute", "skipped"))


@contextmanager
def capture_alerts(loaded: LoadedDag, deadlines: Sequence[Any] = ()) -> Iterator[Mapping[str, TeamsInbox]]:
    """Capture the alerts that a DAG sends through connections missing from the environment, a run's only source.

    Args:
        loaded: The DAG.
        deadlines: Its deadline alerts, which may send some, too.

    Yields:
        The inboxes by connection.
    """
    conn_ids = {load_settings(loaded.path).teams.conn_id, *_connections(loaded.dag, deadlines)}
    unknown = sorted(conn_id for conn_id in conn_ids if connection_variable(conn_id) not in os.environ)
    with ExitStack() as stack:
        log.addFilter(_is_relevant)
        stack.callback(log.removeFilter, _is_relevant)
        for conn_id in unknown:  # the run of another DAG has an inbox of its own
            stack.callback(os.environ.pop, connection_variable(conn_id), None)
        inbox = stack.enter_context(serve_teams(setenv=os.environ.__setitem__)) if unknown else None
        yield {conn_id: inbox.of(conn_id) for conn_id in unknown} if inbox else {}


def _connections(dag: Any, deadlines: Sequence[Any]) -> Iterator[str]:
    """Yield the connections of the Teams callbacks of a DAG, its tasks and its deadlines."""
    from airflowkit.alerts.teams.notifier import TeamsNotifier  # noqa: PLC0415  it imports Airflow

    for owner in (dag, *dag.tasks):
        for callback in (callback for name in _CALLBACKS for callback in _listed(getattr(owner, name, None))):
            if isinstance(callback, TeamsNotifier):
                yield callback.conn_id
    for alert in deadlines:
        if conn_id := getattr(getattr(alert, "callback", None), "kwargs", {}).get("conn_id"):
            yield conn_id


def _is_relevant(record: logging.LogRecord) -> bool:
    """Return whether to log a record: a local run's cards have no working links in any case."""
    return not record.msg.startswith("airflowkit: the links in Teams cards")


def _listed(callbacks: Any) -> list[Any]:
    return list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks]
