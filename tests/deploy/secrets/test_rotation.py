"""The rotation of the Fernet key, with Airflow's own commands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from airflowkit.deploy.secrets.cluster import Cluster
from airflowkit.deploy.secrets.content.kinds import fernet_key
from airflowkit.deploy.secrets.deployment import Deployment
from airflowkit.deploy.secrets.rotation import commands, fernet_secret

AIRFLOW = Path(sys.executable).with_name("airflow")


@pytest.fixture
def airflow(tmp_path):
    """Run an `airflow` command with a list of Fernet keys, on a database of its own."""

    def run(keys: str, *arguments: str) -> str:
        settings = {
            "AIRFLOW_HOME": str(tmp_path),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/airflow.db",
            "AIRFLOW__CORE__FERNET_KEY": keys,
        }
        command = [AIRFLOW, *arguments]
        ended = subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, check=False)
        return ended.stdout if ended.returncode == 0 else f"failed: {ended.stderr[-2000:]}"

    return run


@pytest.mark.slow
def test_what_the_old_key_encrypted_is_readable_without_it_after_the_rotation(airflow):
    old, new = fernet_key(), fernet_key()
    airflow(old, "db", "migrate")
    assert "failed" not in airflow(old, "connections", "add", "warehouse", "--conn-uri", "http://u:hunter2@h")
    assert "failed" not in airflow(f"{new},{old}", "rotate-fernet-key")
    assert "hunter2" in airflow(new, "connections", "get", "warehouse", "--output", "json")


def test_the_commands_that_follow_name_the_release_the_namespace_and_the_context():
    deployment = Deployment({"useStandardNaming": True}, release="prod", namespace="data")
    restart, encrypt = commands(Cluster("data", "blue"), deployment)
    assert "--namespace data --context blue" in restart
    assert "'release=prod,component in (" in restart
    assert "deployment/prod-airflow-scheduler" in encrypt


@pytest.mark.parametrize(("values", "name"), [({}, "prod-fernet-key"), ({"fernetKeySecretName": "mine"}, "mine")])
def test_the_key_is_in_the_named_secret_or_in_the_one_that_the_chart_makes(values, name):
    assert fernet_secret(Deployment(values, release="prod")) == name
