import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from airflowkit.repository import repository_root
from airflowkit.scaffold.answers import RepositoryAnswers
from airflowkit.scaffold.creation import FIRST_DAG, create_repository
from airflows import files_airflow_reads

CHART_SCHEMA = Path(
    os.environ.get("AIRFLOW_CHART_SCHEMA", Path(__file__).parents[3] / "shared/helm/values.schema.json")
)
RUFF = str(Path(sys.executable).with_name("ruff"))
SSH = {"git_url": "git@github.com:team/dags.git"}
PORT = {"git_url": "ssh://git@git.example.com:2222/team/dags.git", "branch": "release/v1.0+hotfix"}
HTTPS = {
    "git_url": "https://git.example.com/team/dags.git",
    "owner": "Team Ä: x",
    "namespace": "data",
    "branch": "trunk",
}


@pytest.fixture(scope="module", params=[SSH, PORT, HTTPS], ids=["ssh", "ssh with a port", "https"])
def answers(request):
    return RepositoryAnswers(name="dags", airflow_version="3.3.2", airflowkit_version="0.1.0", **request.param)


@pytest.fixture(scope="module")
def repository(answers, tmp_path_factory):
    target = tmp_path_factory.mktemp("new") / "dags"
    create_repository(answers, target)
    return target


@pytest.fixture(scope="module")
def values(repository):
    return yaml.safe_load((repository / "deploy/values.yaml").read_text())


@pytest.fixture(scope="module")
def secrets(repository):
    documents = yaml.safe_load_all((repository / "deploy/secrets.template.yaml").read_text())
    return {document["metadata"]["name"]: document for document in documents}


def committed(repository):
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=repository, check=True, capture_output=True, text=True)
    return set(listed.stdout.split("\0")) - {""}


def test_everything_but_the_local_secrets_is_committed(repository):
    files = {path.relative_to(repository).as_posix() for path in repository.rglob("*") if path.is_file()}
    here = {path for path in files if not path.startswith(".git/")}
    assert here - committed(repository) == {"airflowkit.local.toml"}
    assert {"airflowkit.toml", "dags/.airflowignore", f"dags/{FIRST_DAG}.py", "tests/test_dags.py"} <= here


def test_secrets_that_are_filled_in_stay_out_of_git(repository):
    for name in ("airflowkit.local.toml", "deploy/secrets.yaml", ".env"):
        assert subprocess.run(["git", "check-ignore", "--quiet", name], cwd=repository, check=False).returncode == 0


def test_every_file_is_what_its_name_says(repository):
    for path in map(repository.joinpath, committed(repository)):
        text = path.read_text(encoding="utf-8")
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert "[[ " not in text
        if path.suffix == ".toml":
            assert tomllib.loads(text)
        if path.suffix in {".yaml", ".yml"}:
            assert list(yaml.safe_load_all(text))


def test_the_workflow_runs_for_pull_requests_and_for_pushes_to_the_branch_alone(repository, answers):
    events = workflow(repository)["on"]
    assert set(events) == {"push", "pull_request"}
    assert set(events["push"]) == {"branches"}
    assert not events["pull_request"]
    filters = [github_pattern(pattern) for pattern in events["push"]["branches"]]
    for branch, runs in ((answers.branch, True), (f'"{answers.branch}"', False), (f"{answers.branch}x", False)):
        assert any(re.fullmatch(pattern, branch) for pattern in filters) is runs


def test_the_workflow_calls_what_its_requirements_install(repository):
    steps = [step for job in workflow(repository)["jobs"].values() for step in job["steps"]]
    commands = [step["run"].split()[0] for step in steps if "run" in step]
    installed = (repository / "requirements-dev.txt").read_text()
    assert commands[0] == "pip"
    assert commands[1:]
    assert all(re.search(rf"^{command}\b", installed, re.MULTILINE) for command in commands[1:])


def workflow(repository):
    """Return the workflow as GitHub reads it: in YAML 1.2 the key `on` is a text."""
    text = (repository / ".github/workflows/ci.yml").read_text()
    return yaml.load(text, Loader=yaml.BaseLoader)


def github_pattern(text):
    """Return the regular expression of a branch filter (GitHub's docs: "Filter pattern cheat sheet")."""
    parts = re.findall(r"\\.|\*\*|.", text)
    meant = {"**": ".*", "*": "[^/]*", "?": "?", "+": "+", "[": "[", "]": "]", "-": "-"}
    return "".join(meant.get(part) or re.escape(part.removeprefix("\\")) for part in parts)


def test_the_python_files_are_formatted_and_without_fault(repository):
    for command in (["format", "--diff"], ["check", "--preview"]):
        result = subprocess.run([RUFF, *command, "."], cwd=repository, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr


def test_the_settings_hold(repository, answers, monkeypatch):
    from airflowkit.settings import load_settings

    loaded = load_settings(repository / "dags" / f"{FIRST_DAG}.py")
    assert loaded.path == repository / "airflowkit.toml"
    assert loaded.pod_layers[0].values["namespace"] == answers.namespace
    assert loaded.presets["standard"]["owner"] == answers.owner
    monkeypatch.setenv("AIRFLOWKIT_PROFILE", "dev")
    assert load_settings(repository).pod_layers[-1].values["namespace"] == f"{answers.namespace}-dev"
    assert repository_root(repository / "dags") == repository


@pytest.mark.skipif(
    not CHART_SCHEMA.is_file(), reason="no schema: set AIRFLOW_CHART_SCHEMA to the chart's values.schema.json"
)
def test_the_values_pass_the_charts_schema(values):
    import jsonschema

    jsonschema.validate(values, json.loads(CHART_SCHEMA.read_text()))


@pytest.mark.skipif(
    not CHART_SCHEMA.is_file(), reason="no schema: set AIRFLOW_CHART_SCHEMA to the chart's values.schema.json"
)
def test_the_chart_knows_every_value(values):
    """The schema lets unknown keys pass in many places."""
    schema = json.loads(CHART_SCHEMA.read_text())
    assert list(unknown_keys(values, schema, schema, "")) == []


def unknown_keys(value, schema, root, place):
    while "$ref" in schema:
        schema = root["definitions"][schema["$ref"].rpartition("/")[2]] if "/definitions/" in schema["$ref"] else {}
    properties = schema.get("properties")
    if not isinstance(value, dict) or not properties or place == "config":
        return
    for key, below in value.items():
        if key in properties:
            yield from unknown_keys(below, properties[key], root, f"{place}.{key}".strip("."))
        elif not schema.get("additionalProperties"):
            yield f"{place}.{key}"


def test_git_sync_follows_one_branch_by_both_of_its_names(values, answers):
    """The chart sets both variables, and git-sync takes the branch silently where they differ."""
    sync = values["dags"]["gitSync"]
    assert sync["branch"] == sync["ref"] == answers.branch
    assert sync["repo"] == answers.git_url
    assert sync["maxFailures"] > 0


def test_git_sync_has_the_credentials_of_its_url(values, secrets, answers):
    sync = values["dags"]["gitSync"]
    named = sync.get("sshKeySecret") if answers.by_ssh else sync.get("credentialsSecret")
    assert set(secrets[named]["stringData"]) == (
        {"gitSshKey"}
        if answers.by_ssh
        else {"GITSYNC_USERNAME", "GITSYNC_PASSWORD", "GIT_SYNC_USERNAME", "GIT_SYNC_PASSWORD"}
    )
    assert ("knownHosts" in sync) == answers.by_ssh
    assert answers.git_host in sync.get("knownHosts", "")


def test_every_secret_that_the_values_name_has_a_template_and_none_a_value(values, secrets):
    named = {name for name in strings(values) if name in secrets}
    expected = {key for key in secrets if key != "warehouse"}
    assert named == expected
    for secret in secrets.values():
        assert set(secret["stringData"].values()) == {""}


def test_every_secret_of_the_values_is_in_the_templates(values, secrets):
    names = [
        value
        for key, value in pairs(values)
        if key.endswith(("SecretName", "sshKeySecret", "credentialsSecret", "secretName"))
    ]
    assert names
    assert set(names) <= set(secrets)


def strings(value):
    return {text for _, text in pairs(value)}


def pairs(value, key=""):
    if isinstance(value, dict):
        for name, below in value.items():
            yield from pairs(below, name)
    elif isinstance(value, list):
        for below in value:
            yield from pairs(below, key)
    elif isinstance(value, str):
        yield key, value


def test_the_image_installs_the_real_distribution(repository):
    """The name airflowkit on PyPI is a stranger's."""
    requirements = (repository / "requirements.txt").read_text()
    assert "airflowkit-k8s==0.1.0" in requirements
    for name in committed(repository):
        assert "install airflowkit" not in (repository / name).read_text()


def test_airflow_ignores_helpers_and_finds_the_dag(repository):
    helper = repository / "dags/team_lib"
    helper.mkdir(exist_ok=True)
    (helper / "dag_airflow.py").write_text("# airflow dag")
    assert [Path(path).name for path in files_airflow_reads(repository / "dags")] == [f"{FIRST_DAG}.py"]
    (helper / "dag_airflow.py").unlink()
    helper.rmdir()


def test_a_clone_of_an_empty_repository_is_filled_and_not_committed_to(tmp_path):
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    note = create_repository(RepositoryAnswers(name="d", airflow_version="3.3.2", airflowkit_version="0.1.0"), tmp_path)
    assert "commit the files" in note
    assert committed(tmp_path) == set()
