"""The commands are tested with what their wings are tested with."""

from alerts.conftest import connect, receivers, teams
from cli.secret_commands import command, deployment, secrets
from local.conftest import repository, run_locally

__all__ = ["command", "connect", "deployment", "receivers", "repository", "run_locally", "secrets", "teams"]
