"""Runs git-sync with the settings of a deployment: the stand-in, and the real one where the machine has it."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from airflowkit.deploy.values.environment import resolved
from airflowkit.deploy.values.git_sync import git_sync_environment
from deploy.real.installation import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.real.installation import Installation

REAL = os.environ.get("GIT_SYNC", "")
COMMANDS = [
    pytest.param([sys.executable, str(Path(__file__).with_name("git_sync_stand_in.py"))], id="stand-in"),
    pytest.param(
        [REAL], id="git-sync", marks=pytest.mark.skipif(not REAL, reason="no git-sync: set GIT_SYNC to its executable")
    ),
]


@dataclass(frozen=True)
class GitSync:
    """git-sync beside an installation, whose folder of DAGs is its root.

    Attributes:
        command: What runs it.
        installation: The installation.
    """

    command: list[str]
    installation: Installation

    @property
    def link(self) -> Path:
        return self.installation.folder / "dags" / "repo"

    def environment(self, *, once: bool) -> dict[str, str]:
        """Return what a container of git-sync gets; it writes git's settings into its home."""
        variables = resolved(git_sync_environment(self.installation.values, once=once), self.installation.secrets)
        variables |= {key: str(self.link.parent) for key in ("GIT_SYNC_ROOT", "GITSYNC_ROOT")}
        home = self.installation.folder / "home-of-git-sync"
        home.mkdir(exist_ok=True)
        return {"PATH": os.environ["PATH"], "HOME": str(home)} | self.installation.placed(variables)

    def once(self) -> subprocess.CompletedProcess[str]:
        """Run the init container until it ends."""
        environment = self.environment(once=True)
        return subprocess.run(self.command, env=environment, capture_output=True, text=True, check=False, timeout=120)

    @contextmanager
    def following(self) -> Iterator[Path]:
        """Run the sidecar while the block lasts, and yield its output."""
        with running(self.command, self.installation.folder, self.environment(once=False)) as log:
            yield log

    def until_it_gives_up(self) -> subprocess.CompletedProcess[str]:
        """Run the sidecar until it ends by itself."""
        environment = self.environment(once=False)
        return subprocess.run(self.command, env=environment, capture_output=True, text=True, check=False, timeout=120)
