"""Airflow's API as the story uses it: from the host, through the Service of the API server."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from scripts.story.steps import StoryError, wait_for


@dataclass(slots=True)
class AirflowApi:
    """The API at an address, as the first user."""

    address: str
    password: str = field(repr=False)
    _token: str = ""

    def switch_on(self, dag_id: str) -> str:
        """Switch on a DAG with a schedule, and return the id of the run that Airflow then starts."""
        self._unpause(dag_id)
        runs = wait_for("a scheduled run", lambda: self._ask("GET", f"dags/{dag_id}/dagRuns")["dag_runs"], seconds=120)
        return str(runs[0]["dag_run_id"])

    def start_run(self, dag_id: str) -> str:
        """Start a run of a DAG without a schedule, and return its id."""
        self._unpause(dag_id)
        return str(self._ask("POST", f"dags/{dag_id}/dagRuns", {"logical_date": None})["dag_run_id"])

    def wait_for_state(self, dag_id: str, run_id: str, state: str, *, seconds: float = 600) -> None:
        """Wait until a run has ended.

        Raises:
            StoryError: It ended otherwise, or not at all.
        """
        run = f"dags/{dag_id}/dagRuns/{run_id}"
        ended = wait_for(f"the end of {run}", lambda: self._ended(run), seconds=seconds)
        if ended != state:
            raise StoryError(f"{run} ended with {ended}, not {state}\n{self.tasks_in_words(dag_id, run_id)}")

    def tasks(self, dag_id: str, run_id: str) -> dict[str, dict[str, Any]]:
        """Return the task instances of a run by their task."""
        found = self._ask("GET", f"dags/{dag_id}/dagRuns/{run_id}/taskInstances")["task_instances"]
        return {task["task_id"]: task for task in found}

    def delays(self, dag_id: str, run_id: str) -> dict[str, float]:
        """Return how many seconds each task of a run was queued before its process began."""
        dates = {name: (task["queued_when"], task["start_date"]) for name, task in self.tasks(dag_id, run_id).items()}
        parsed = {name: [datetime.fromisoformat(date) for date in its] for name, its in dates.items()}
        return {name: (started - queued).total_seconds() for name, (queued, started) in parsed.items()}

    def log(self, dag_id: str, run_id: str, task_id: str) -> str:
        """Return the text of a task's log, of its last try."""
        number = self.tasks(dag_id, run_id)[task_id]["try_number"] or 1
        path = f"dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{number}"
        try:
            content = self._ask("GET", path)["content"]
        except HTTPError as error:
            raise StoryError(f"the API does not return the log of {dag_id}.{task_id}: {error}") from error
        return "\n".join(line.get("event", "") if isinstance(line, dict) else str(line) for line in content)

    def tasks_in_words(self, dag_id: str, run_id: str) -> str:
        """Return each task's state, with the end of its log."""
        words = []
        for task_id, task in self.tasks(dag_id, run_id).items():
            lines = self.log(dag_id, run_id, task_id).splitlines()[-15:]
            words.append(f"    {task_id}: {task['state']}, try {task['try_number']}")
            words += [f"        {line}" for line in lines]
        return "\n".join(words)

    def _unpause(self, dag_id: str) -> None:
        wait_for(f"the DAG {dag_id}", lambda: self._ask("GET", f"dags/{dag_id}"), seconds=240)
        self._ask("PATCH", f"dags/{dag_id}", {"is_paused": False})

    def _ended(self, run: str) -> str:
        state = self._ask("GET", run)["state"]
        return state if state in {"success", "failed"} else ""

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        if not self._token:
            login = {"username": "admin", "password": self.password}
            self._token = self._send(Request(f"{self.address}/auth/token", method="POST"), login)["access_token"]
        request = Request(f"{self.address}/api/v2/{path}", method=method)
        request.add_header("Authorization", f"Bearer {self._token}")
        request.add_header("Accept", "application/json")
        try:
            return self._send(request, body)
        except URLError as error:
            if getattr(error, "code", 0) == 401:  # noqa: PLR2004  the token is too old
                self._token = ""
            raise

    @staticmethod
    def _send(request: Request, body: dict[str, Any] | None) -> dict[str, Any]:
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body).encode()
        with urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())
