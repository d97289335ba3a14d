"""The team's repository: what `airflowkit new-repo` writes, and the little that this place needs beside it."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.story.images import AIRFLOW
from scripts.story.steps import run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.story.git_server import GitServer
    from scripts.story.kinds import Kind

_OVERLAY = """\
# What this place needs, and a team's cluster with certificates of a public authority does not.
volumes: [{name: company-ca, configMap: {name: company-ca}}]
volumeMounts: [{name: company-ca, mountPath: /etc/company-ca, readOnly: true}]
dags:
  gitSync:
    env: [{name: GIT_SSL_CAINFO, value: /etc/company-ca/ca.crt}]
    extraVolumeMounts: [{name: company-ca, mountPath: /etc/company-ca, readOnly: true}]
"""
_FILES = "FILES=deploy/values.yaml deploy/values-small.yaml deploy/values-story.yaml"


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository in a folder, and the environment in which its commands run."""

    folder: Path
    kubeconfig: Path
    helm: Path
    chart: Path

    def create(self, kind: Kind, git_url: str, airflow_version: str) -> None:
        """Write it with the answers of a kind, and the story's DAGs."""
        answers = kind.answers | {"git_url": git_url, "airflow_version": airflow_version, "image": AIRFLOW}
        options = [f"--{name.replace('_', '-')}={value}" for name, value in answers.items()]
        run(self._airflowkit, "new-repo", self.folder, "--defaults", *options, env=self._environment())
        shutil.copy(Path(__file__).parent / "dags" / "story.py", self.folder / "dags")
        (self.folder / "deploy" / "values-story.yaml").write_text(_OVERLAY, encoding="utf-8")

    def enter_host_key(self, line: str) -> None:
        """Do what the comment below `knownHosts` asks for."""
        values = self.folder / "deploy" / "values.yaml"
        lines = values.read_text(encoding="utf-8").splitlines(keepends=True)
        entered = [f"      {line}\n" if "ssh-keyscan" in each else each for each in lines]
        values.write_text("".join(entered), encoding="utf-8")

    def set_tag(self, tag: str) -> None:
        values = self.folder / "deploy" / "values.yaml"
        lines = values.read_text(encoding="utf-8").splitlines(keepends=True)
        changed = [f'defaultAirflowTag: "{tag}"\n' if each.startswith("defaultAirflowTag") else each for each in lines]
        values.write_text("".join(changed), encoding="utf-8")

    def airflowkit(self, *arguments: str) -> str:
        return run(self._airflowkit, *arguments, cwd=self.folder, env=self._environment())

    def apply_secrets(self, values: Mapping[str, str], files: Path) -> str:
        """Run `airflowkit secrets --apply` with the values in files, as a team without a terminal does."""
        files.mkdir(mode=0o700)
        given = []
        for number, (place, value) in enumerate(values.items()):
            (files / str(number)).write_text(value, encoding="utf-8")
            given += ["--from-file", f"{place}={files / str(number)}"]
        options = [part for file in _FILES.partition("=")[2].split() for part in ("--values", file)]
        return self.airflowkit("secrets", "--apply", "--namespace", "airflow", *options, *given)

    def make(self, *targets: str) -> str:
        """Run targets of the repository's own Makefile."""
        chart = f"CHART={self.chart}"
        return run("make", "--no-print-directory", *targets, chart, _FILES, cwd=self.folder, env=self._environment())

    def push(self, server: GitServer, message: str, git_url: str) -> None:
        """Commit everything and push it."""
        git = ("git", "-C", self.folder, "-c", "user.name=Story", "-c", "user.email=story@example.com")
        run(*git, "init", "--quiet", "--initial-branch=main")
        run(*git, "add", "--all")
        run(*git, "commit", "--quiet", "--message", message)
        run(*git, "push", "--quiet", git_url, "main", env=server.push_options())

    @property
    def _airflowkit(self) -> Path:
        return Path(sys.executable).with_name("airflowkit")

    def _environment(self) -> dict[str, Any]:
        path = [self.helm.parent, Path(sys.executable).parent, os.environ["PATH"]]
        own = {"KUBECONFIG": str(self.kubeconfig), "PATH": os.pathsep.join(map(str, path))}
        return {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")} | own
