"""The commands are tested with what their wings are tested with."""

from alerts.conftest import connect, receivers, teams
from local.conftest import repository, run_locally

__all__ = ["connect", "receivers", "repository", "run_locally", "teams"]
