"""The tasks of alerts: `teams_digest()` and `teams_watchdog()`, each all that its DAG needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from airflow.providers.common.compat.sdk import BaseOperator  # noqa: TID253  they are subclasses

from airflowkit.alerts.facts.airflow_api import API_CONN_ID, VIEWER, AirflowApi
from airflowkit.alerts.safety.lenient import time
from airflowkit.alerts.safety.log import log
from airflowkit.alerts.safety.text import duration
from airflowkit.alerts.teams.delivery import send_card
from airflowkit.alerts.teams.digest import digest_of, read_facts
from airflowkit.alerts.teams.digest_card import digest_card
from airflowkit.alerts.teams.notifier import TeamsNotifier
from airflowkit.alerts.teams.options import AlertOptions, DigestOptions
from airflowkit.alerts.teams.watchdog import Look
from airflowkit.contract.needs import Kind, Need
from airflowkit.errors import listed, shown, with_hint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

_LONGEST_PERIOD: Final = timedelta(days=366)
_LONGEST_GRACE: Final = timedelta(days=1)
"""Far from the days after which the watchdog gives up: with a longer one it would send nothing, ever."""


class _AlertTask(BaseOperator):  # type: ignore[misc]  # it is Any to mypy
    """A task that asks Airflow which runs have failed, and tells Teams."""

    def __init__(self, *, notifier: TeamsNotifier, api_conn_id: str, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.notifier = notifier
        self.api_conn_id = api_conn_id

    @property
    def contract_needs(self) -> tuple[Need, ...]:
        """What `airflowkit doctor --contract` says of it."""
        connections = (Need("", Kind.CONNECTION, conn_id) for conn_id in (self.api_conn_id, self.notifier.conn_id))
        return (*connections, Need("", Kind.ROLE, VIEWER, self.api_conn_id))


class TeamsDigest(_AlertTask):
    """What `teams_digest()` returns."""

    def __init__(self, *, period: timedelta, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.period = period

    def execute(self, context: Any) -> int:
        """Send the digest; return how many runs it tells of."""
        until = time(context, "dag_run", "run_after") or datetime.now(UTC)
        since = until - self.period
        api, settings = AirflowApi(self.api_conn_id), self.notifier.settings
        facts = read_facts(api, api.failed_runs(since, until), settings)
        if not facts:
            log.info("airflowkit: no run has failed, so there is no digest")
            return 0
        digest = digest_of(facts, settings.mutes, since=since, until=until)
        digest = replace(digest, environment=settings.environment)
        send_card(digest_card(digest), conn_id=self.notifier.conn_id, budget=self.notifier.budget)
        return len(facts)


class TeamsWatchdog(_AlertTask):
    """What `teams_watchdog()` returns."""

    def __init__(self, *, grace: timedelta, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.grace = grace

    def execute(self, context: Any) -> int:  # noqa: ARG002  Airflow passes it
        """Send the missing cards; return how many."""
        return Look(AirflowApi(self.api_conn_id), self.notifier, self.grace, self.dag_id).send_missing()


def teams_digest(
    *,
    task_id: str = "digest",
    api_conn_id: str = API_CONN_ID,
    period: timedelta = timedelta(days=1),
    **options: Unpack[DigestOptions],
) -> TeamsDigest:
    """Return a task that sends one card about all runs that failed in a period, by cause and owner.

    Runs that `[teams] mute` names are shown as muted. Where nothing failed, there is no card.

    Args:
        task_id: The id of the task.
        api_conn_id: The connection to Airflow's REST API: its address, and an account of the role Viewer.
        period: How far it looks back, from the moment for which its run is scheduled.
        **options: `conn_id`, `environment` and `budget` of `TeamsNotifier`; its other keywords are about one run.

    Examples:
        >>> teams_digest()
        <Task(TeamsDigest): digest>
    """
    _refuse_length("teams_digest: period", period, least=timedelta(minutes=1), most=_LONGEST_PERIOD)
    _refuse("teams_digest", options, DigestOptions, api_conn_id=api_conn_id, own="period")
    notifier = TeamsNotifier(**options)
    limit = timedelta(minutes=30)
    return TeamsDigest(
        task_id=task_id, notifier=notifier, api_conn_id=api_conn_id, period=period, execution_timeout=limit
    )


def teams_watchdog(
    *,
    task_id: str = "watchdog",
    api_conn_id: str = API_CONN_ID,
    grace: timedelta = timedelta(minutes=5),
    **options: Unpack[AlertOptions],
) -> TeamsWatchdog:
    """Return a task that sends the cards of failed runs whose DAG-level callback Airflow has lost, each once.

    Run it every few minutes, one run at a time. It looks at every DAG; `[teams] mute` leaves some out.

    Args:
        task_id: The id of the task.
        api_conn_id: The connection to Airflow's REST API: its address, and an account of the role Viewer.
        grace: How long after the end of a run its own callback has time to send the card.
        **options: The keywords of `TeamsNotifier` except `event`; those of the DAG's own alert are not known.

    Examples:
        >>> teams_watchdog()
        <Task(TeamsWatchdog): watchdog>
    """
    _refuse_length("teams_watchdog: grace", grace, least=timedelta(0), most=_LONGEST_GRACE)
    _refuse("teams_watchdog", options, AlertOptions, api_conn_id=api_conn_id, own="grace")
    notifier = TeamsNotifier(**options)
    limit = timedelta(minutes=10)  # one that hangs would keep the next ones from looking
    return TeamsWatchdog(
        task_id=task_id, notifier=notifier, api_conn_id=api_conn_id, grace=grace, execution_timeout=limit
    )


def _refuse(what: str, options: Mapping[str, Any], known: type, *, api_conn_id: object, own: str) -> None:
    """Refuse a keyword that would be dropped, as `TeamsNotifier` has some, and a connection without a name."""
    names = sorted([*known.__annotations__, "task_id", "api_conn_id", own])
    for name in options.keys() - known.__annotations__.keys():
        raise TypeError(with_hint(f"{what} has no keyword {name!r}", f"it takes {listed(names, len(names))}"))
    if not isinstance(api_conn_id, str) or not api_conn_id:
        raise TypeError(f"{what}: api_conn_id = {shown(api_conn_id)}: must be the id of a connection")


def _refuse_length(what: str, length: object, *, least: timedelta, most: timedelta) -> None:
    if not isinstance(length, timedelta) or not least <= length <= most:
        limits = f"{duration(least)} to {duration(most)}"
        raise TypeError(f"{what} = {shown(length)}: must be a timedelta from {limits}")
