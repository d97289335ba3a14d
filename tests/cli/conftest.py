"""The commands are tested with what their wings are tested with."""

from alerts.conftest import connect, receivers, teams
from cli.commands import airflowkit, new_repository
from cli.new_repo_command import new_repo
from cli.secret_commands import command, deployment, secrets
from cli.terminal import terminal
from local.conftest import repository, run_locally

__all__ = [
    "airflowkit",
    "command",
    "connect",
    "deployment",
    "new_repo",
    "new_repository",
    "receivers",
    "repository",
    "run_locally",
    "secrets",
    "teams",
    "terminal",
]
