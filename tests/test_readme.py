"""What the README shows is what happens."""

import re
from pathlib import Path

import pytest

from airflowkit import PodSpecError, Resources, SecretVolume, pod_task
from airflowkit.cli.app import COMMANDS

README = (Path(__file__).parents[1] / "README.md").read_text()


def block(language):
    """Return the README's first code block in a language."""
    return re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)[1]


@pytest.fixture
def small(tmp_path, monkeypatch):
    settings = tmp_path / "airflowkit.toml"
    settings.write_text('[resources.small]\ncpu = "100m"\nmemory = "128Mi"\n')
    monkeypatch.setenv("AIRFLOWKIT_CONFIG", str(settings))


def test_the_dag_of_the_readme_has_a_checked_pod(small):
    names = {}
    exec(compile(block("python"), "README.md", "exec"), names)
    assert names["extract"].dag_id == "orders_daily"


def test_the_error_of_the_readme_is_what_two_mistakes_say():
    from airflow.sdk import DAG

    with pytest.raises(PodSpecError) as error, DAG("orders_daily", schedule=None):
        pod_task(
            "extract",
            image="registry.example.com/orders:1.4.2",
            resources=Resources(memory="512m"),
            secrets=[SecretVolume("etc/orders/tls", secret="orders-tls")],
        )
    assert f"{error.value}\n" == block("text")


def test_the_pages_that_the_readme_links_to_are_there():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (Path(__file__).parents[1] / link).exists()] == []


def test_the_readme_names_every_command():
    table = README.partition("## What it does")[2].partition("\n## ")[0]
    assert [
        command for command in COMMANDS if f"`{command}`" not in table and f"`airflowkit {command}" not in table
    ] == []
