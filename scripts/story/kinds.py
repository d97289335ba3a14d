"""The kinds of deployment that the story goes through."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from scripts.story import database, git_server, log_store, receiver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.story.git_server import GitServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of deployment.

    Attributes:
        answers: The answers of `new-repo` that make it.
        ssh: Whether git is reached over ssh, else over https.
        azure: Whether the logs go to Azure.
    """

    answers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    ssh: bool = True
    azure: bool = False

    def secrets(self, server: GitServer) -> dict[str, str]:
        """Return the values that `airflowkit secrets` cannot generate, by Secret and key."""
        login = {"auths": {"registry.example.com": {"username": "story", "password": "story"}}}
        webhook = {"conn_type": "http", "password": receiver.URL, "extra": {"verify": "/etc/company-ca/ca.crt"}}
        values = {
            "airflow-metadata/connection": database.URL,
            "regcred/.dockerconfigjson": json.dumps(login),
            "airflow-connections/AIRFLOW_CONN_MSTEAMS_WEBHOOK_URL": json.dumps(webhook),
        }
        return values | self._git_secrets(server) | self._log_secrets()

    def _git_secrets(self, server: GitServer) -> dict[str, str]:
        key = server.deploy_key.read_text(encoding="utf-8")
        if self.answers.get("dags") == "git-bundle":
            address = f"git@{git_server.HOST}:{git_server.PATH}"
            connection = {"conn_type": "git", "host": address, "extra": {"private_key": key}}
            return {"airflow-connections/AIRFLOW_CONN_GIT_DEFAULT": json.dumps(connection)}
        if self.ssh:
            return {"airflow-git-ssh/gitSshKey": key}
        return {
            "airflow-git-https/GITSYNC_USERNAME": git_server.USER,
            "airflow-git-https/GITSYNC_PASSWORD": git_server.TOKEN,
        }

    def _log_secrets(self) -> dict[str, str]:
        return {"airflow-connections/AIRFLOW_CONN_WASB_DEFAULT": log_store.CONNECTION} if self.azure else {}


KINDS: Final[Mapping[str, Kind]] = {
    "default": Kind(),
    "celery": Kind(answers={"dags": "git-sync-https", "executor": "CeleryExecutor"}, ssh=False),
    "bundle": Kind(answers={"dags": "git-bundle", "logs": "azure"}, azure=True),
    "pgbouncer": Kind(answers={"database": "external-pgbouncer"}),
}
