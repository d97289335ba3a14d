"""The generated settings let a real Airflow clone by itself, with a login."""

from __future__ import annotations

import json

import pytest

from deploy.real.installation import DAG, wait_for
from deploy.real.repositories import TOKEN, USER, Repository, served

pytestmark = [pytest.mark.slow, pytest.mark.needs_airflow(3, 1, "bundles of DAGs")]
HOST = "https://git.example.com/team"


@pytest.fixture(scope="module")
def delivered(install, tmp_path_factory):
    """An installation, and the repository that it reads through a server that asks for a login."""
    pytest.importorskip("airflow.providers.git", reason="no git provider: pip install apache-airflow-providers-git")
    folder = tmp_path_factory.mktemp("server")
    repository = Repository(folder)
    login = json.dumps({"conn_type": "git", "host": f"{HOST}/dags.git", "login": USER, "password": TOKEN})
    installation = install(
        {"airflow-connections/AIRFLOW_CONN_GIT_DEFAULT": login}, dags="git-bundle", git_url=f"{HOST}/dags.git"
    )
    bundle = installation.values["dagProcessor"]["dagBundleConfigList"][0]
    assert bundle["kwargs"]["repo_url"] == f"{HOST}/dags.git"
    bundle["kwargs"]["refresh_interval"] = 1
    with served(folder) as address:
        installation.places[HOST] = address
        yield installation, repository


def test_the_dag_processor_reads_a_git_repository_and_sees_its_next_commit(delivered):
    installation, repository = delivered
    first = repository.push({"dags/first.py": DAG.format(dag_id="first")})
    with installation.running("dagProcessor", "dag-processor"):
        assert seen(installation, "first") == ("airflow-dags", first)
        second = repository.push({"dags/second.py": DAG.format(dag_id="second")})
        assert seen(installation, "second") == ("airflow-dags", second)


def seen(installation, dag_id):
    query = f"select bundle_name, bundle_version from dag where dag_id = '{dag_id}'"
    (row,) = wait_for(lambda: installation.rows(query), f"{dag_id} is not seen")
    return row
