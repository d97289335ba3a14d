"""Which runs have failed, from Airflow's public REST API: the Task SDK does not list runs.

The account needs to see DAGs, their runs and their tasks: the role Viewer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from airflowkit.alerts.safety.lenient import look, number, text, time
from airflowkit.alerts.safety.log import mask
from airflowkit.errors import AirflowApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from requests import Response

API_CONN_ID: Final = "airflow_api"
VIEWER: Final = "Viewer"
"""The role of Airflow's auth managers that may see all DAGs, and change nothing."""
_TIMEOUT: Final = 60
_PAGE: Final = 100
"""As many as `[api] maximum_page_limit` allows by default."""
_FIELDS: Final = "define it with Airflow's address as host, and an account of the role Viewer as login and password"
_HINTS: Final = {
    401: "correct the login and the password of the connection",
    403: "give the account the role Viewer: it must see DAGs, runs and tasks",
    404: "its host must be Airflow's own address, as [api] base_url has it, without /api",
}


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A run that failed.

    Attributes:
        dag_id: Its DAG.
        run_id: The run.
        ended: When it ended.
        started: When it started, the last time.
        run_type: What started it.
        logical_date: Its logical date.
    """

    dag_id: str
    run_id: str
    ended: datetime
    started: datetime | None = None
    run_type: str = ""
    logical_date: datetime | None = None


@dataclass(slots=True)
class AirflowApi:
    """Airflow's REST API, as an account sees it.

    Attributes:
        conn_id: The connection with its address and the account.
    """

    conn_id: str
    _base: str = ""
    _headers: dict[str, str] = field(default_factory=dict, repr=False)
    _owners: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def failed_runs(self, since: datetime, until: datetime) -> Iterator[FailedRun]:
        """Yield the runs that failed in a period, the oldest first.

        Args:
            since: The beginning.
            until: The end.

        Raises:
            AirflowApiError: Airflow did not answer, or refused.
        """
        seen: set[tuple[str, str]] = set()
        offset = 0
        while page := self._page_of_runs(since, until, offset):
            for run in page:
                if (run.dag_id, run.run_id) not in seen:
                    seen.add((run.dag_id, run.run_id))
                    yield run
            # By time and not by number: a run that is cleared meanwhile would move others to the page before.
            since, offset = (page[-1].ended, 0) if page[-1].ended > since else (since, offset + len(page))

    def _page_of_runs(self, since: datetime, until: datetime, offset: int) -> list[FailedRun]:
        period = {"state": "failed", "end_date_gte": since.isoformat(), "end_date_lte": until.isoformat()}
        asked = {**period, "order_by": "end_date", "limit": _PAGE, "offset": offset}
        rows = look(self._get("/api/v2/dags/~/dagRuns", asked), "dag_runs")
        if not isinstance(rows, list):  # Airflow's pages, or a proxy's, answer every path with 200
            raise self._not_the_api()
        return [run for row in rows if (run := _failed_run(row))]

    def owners(self, dag_id: str) -> Mapping[str, str]:
        """Return the owner of each task of a DAG; nothing of one that Airflow does not know any more."""
        if dag_id not in self._owners:
            answer = self._get(f"/api/v2/dags/{quote(dag_id, safe='')}/tasks", {}, gone=True)
            rows = look(answer, "tasks") or ()
            self._owners[dag_id] = {text(row, "task_id"): text(row, "owner") for row in rows}
        return self._owners[dag_id]

    def context(self, run: FailedRun) -> dict[str, Any]:
        """Return what Airflow would have passed to the callback of a run, as far as its API knows it."""
        dates = {"logical_date": run.logical_date, "start_date": run.started, "end_date": run.ended}
        return {
            "dag": {
                "dag_id": run.dag_id,
                "task_dict": {task: {"owner": owner} for task, owner in self.owners(run.dag_id).items()},
            },
            "dag_run": {"run_type": run.run_type, **dates},
            "run_id": run.run_id,
            "reason": "task_failure",
        }

    def _get(self, path: str, query: Mapping[str, Any], *, gone: bool = False) -> object:
        from requests import get

        self._log_in()
        return self._answer(
            lambda: get(f"{self._base}{path}", query, headers=self._headers, timeout=_TIMEOUT), gone=gone
        )

    def _log_in(self) -> None:
        """Get a token, as every auth manager gives one for a name and a password."""
        if self._headers:
            return
        from requests import get, post

        self._base, login, password = _account(self.conn_id)
        token, url = password, f"{self._base}/auth/token"
        if login:
            body = {"username": login, "password": password}
            token = text(self._answer(lambda: post(url, json=body, timeout=_TIMEOUT)), "access_token")
        elif not password:  # the simple auth manager, where everybody is an administrator
            token = text(self._answer(lambda: get(url, timeout=_TIMEOUT)), "access_token")
        if not token:
            raise self._not_the_api()
        mask([token])
        self._headers = {"Authorization": f"Bearer {token}"}

    def _answer(self, ask: Callable[[], Response], *, gone: bool = False) -> object:
        """Return the JSON of a response; the texts of requests' errors may contain secrets."""
        from requests import RequestException

        where = self._where()
        try:
            response = ask()
        except RequestException as error:
            hint = "it is called from the worker: check the address, and that the worker may reach it"
            fault = AirflowApiError(f"{where} does not answer: {type(error).__name__}", hint=hint)
        else:
            if response.ok or (gone and response.status_code == 404):  # noqa: PLR2004  not found
                return _json(response)
            hint = _HINTS.get(response.status_code, "")
            fault = AirflowApiError(f"{where} answered HTTP {response.status_code}", hint=hint)
        raise fault

    def _where(self) -> str:
        """Return which API it is; an address may have a password in front of the host."""
        host = urlsplit(self._base).netloc.rpartition("@")[2]
        return f"Airflow's API at {host} (connection {self.conn_id!r})"

    def _not_the_api(self) -> AirflowApiError:
        return AirflowApiError(f"{self._where()} does not answer as Airflow's API does", hint=_HINTS[404])


def _account(conn_id: str) -> tuple[str, str, str]:
    """Return the address, the login and the password of a connection."""
    from airflow.providers.common.compat.sdk import BaseHook

    try:
        connection = BaseHook.get_connection(conn_id)
    except Exception as error:  # noqa: BLE001  each secrets backend has its own
        fault = AirflowApiError(f"cannot read the connection {conn_id!r} ({type(error).__name__})", hint=_FIELDS)
    else:
        host, port = text(connection, "host").strip().rstrip("/"), number(connection, "port")
        if host:
            scheme = text(connection, "schema") or "http"
            base = host if "://" in host else f"{scheme}://{host}"
            if port and not urlsplit(base).port:
                parts = urlsplit(base)
                base = f"{parts.scheme}://{parts.netloc}:{port}{parts.path}"
            return base, text(connection, "login"), text(connection, "password")
        fault = AirflowApiError(f"connection {conn_id!r} has no host", hint=_FIELDS)
    raise fault


def _json(response: Response) -> object:
    try:
        return response.json()
    except ValueError:
        return None


def _failed_run(row: object) -> FailedRun | None:
    dag_id, run_id, ended = text(row, "dag_id"), text(row, "dag_run_id"), time(row, "end_date")
    if not (dag_id and run_id and ended):
        return None
    dates = (time(row, "start_date"), text(row, "run_type"), time(row, "logical_date"))
    return FailedRun(dag_id, run_id, ended, *dates)
