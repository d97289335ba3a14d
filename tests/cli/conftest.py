"""The commands are tested with what their wings are tested with."""

from alerts.conftest import connect, receivers, teams
from cli.new_repo_command import new_repo
from cli.secret_commands import deployment, secrets
from local.conftest import repository, run_locally

__all__ = ["connect", "deployment", "new_repo", "receivers", "repository", "run_locally", "secrets", "teams"]
