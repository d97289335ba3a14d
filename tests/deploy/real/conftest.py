"""What the tests of real deployments share: a migrated database, made once."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from deploy.real.installation import installed, quick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from deploy.real.installation import Installation


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database as `airflow db migrate` leaves it."""
    installation = installed(tmp_path_factory.mktemp("migration"), {}, quick())
    installation.run("scheduler", "db", "migrate")
    return installation.folder / "airflow.db"


@pytest.fixture(scope="module")
def install(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Callable[..., Installation]:
    """Deploy a new repository with a database that is ready."""

    def deploy(
        given: Mapping[str, str] | None = None, over: Mapping[str, Any] | None = None, **options: Any
    ) -> Installation:
        installation = installed(tmp_path_factory.mktemp("installation"), given or {}, over or quick(), **options)
        shutil.copy(migrated, installation.folder)
        return installation

    return deploy
