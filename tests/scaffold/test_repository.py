import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from airflowkit.repository import repository_root
from airflowkit.scaffold.creation import FIRST_DAG, create_repository
from airflowkit.scaffold.record import RECORD, recorded_files
from airflows import files_airflow_reads
from scaffold.combinations import HTTPS, answers
from scaffold.conftest import files_of

RUFF = str(Path(sys.executable).with_name("ruff"))
PORT = {"git_url": "ssh://git@git.example.com:2222/team/dags.git", "branch": "release/v1.0+hotfix"}
OTHER = {
    "git_url": HTTPS,
    "dags": "git-sync-https",
    "owner": "Team Ä: x",
    "namespace": "data",
    "branch": "trunk",
    "dags_folder": "src/dags",
    "teams": False,
    "ci": "gitlab",
}
ROOT = {"dags": "git-bundle", "dags_folder": ".", "executor": "CeleryExecutor", "ci": "azure"}
VOLUME = {"dags": "volume", "laptop": "kind", "database": "chart", "ci": "none"}


@pytest.fixture(
    scope="module", params=[{}, PORT, OTHER, ROOT, VOLUME], ids=["defaults", "port", "https", "root", "kind"]
)
def repo(request):
    return answers(**request.param)


@pytest.fixture(scope="module")
def repository(repo, tmp_path_factory):
    target = tmp_path_factory.mktemp("new") / "dags"
    create_repository(repo, target)
    return target


def committed(repository):
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=repository, check=True, capture_output=True, text=True)
    return set(listed.stdout.split("\0")) - {""}


def test_everything_but_the_local_secrets_is_committed(repository, repo):
    files = {path.relative_to(repository).as_posix() for path in repository.rglob("*") if path.is_file()}
    here = {path for path in files if not path.startswith(".git/")}
    assert here - committed(repository) == {"airflowkit.local.toml"}
    dags = {f"{repo.dag_files}.airflowignore", f"{repo.dag_files}{FIRST_DAG}.py"}
    assert {"airflowkit.toml", "tests/test_dags.py", *dags} <= here


def test_secrets_that_are_filled_in_stay_out_of_git(repository):
    for name in (
        "airflowkit.local.toml",
        "deploy/secrets.yaml",
        "deploy/secrets-users.txt",
        ".env",
        "deploy/x.tfstate",
    ):
        assert subprocess.run(["git", "check-ignore", "--quiet", name], cwd=repository, check=False).returncode == 0


def test_every_file_is_what_its_name_says(each):
    for path, text in files_of(each).items():
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path
        assert all(line == line.rstrip() for line in text.splitlines()), path
        assert not re.search(r"\[[\[%#] ", text), path
        if path.endswith(".toml"):
            assert tomllib.loads(text), path
        if path.endswith((".yaml", ".yml")):
            assert list(yaml.load_all(text, yaml.CSafeLoader)), path


def test_no_file_is_made_for_another_choice(each):
    files = files_of(each)
    choices = {
        ".github/workflows/ci.yml": each.ci == "github",
        ".gitlab-ci.yml": each.ci == "gitlab",
        "azure-pipelines.yml": each.ci == "azure",
        "deploy/argocd.yaml": each.deploy == "argocd",
        "deploy/flux.yaml": each.deploy == "flux",
        "deploy/kustomization.yaml": each.deploy == "flux",
        "deploy/main.tf": each.deploy == "terraform",
        "deploy/kind.yaml": each.laptop == "kind",
        "deploy/rbac.yaml": bool(each.pod_namespaces),
        "deploy/volumes.yaml": each.has_volumes,
    }
    assert {path: path in files for path in choices} == choices


def test_the_python_files_are_formatted_and_without_fault(repository):
    for command in (["format", "--diff"], ["check", "--preview"]):
        result = subprocess.run([RUFF, *command, "."], cwd=repository, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr


def test_the_settings_hold(repository, repo, monkeypatch):
    from airflowkit.repository import dags_folder
    from airflowkit.settings import load_settings

    loaded = load_settings(repository / repo.dag_files / f"{FIRST_DAG}.py")
    assert loaded.path == repository / "airflowkit.toml"
    assert loaded.pod_layers[0].values["namespace"] == repo.namespace
    assert loaded.presets["standard"]["owner"] == repo.owner
    assert dags_folder(repository / "tests").resolve() == (repository / repo.dags_folder).resolve()
    monkeypatch.setenv("AIRFLOWKIT_PROFILE", "dev")
    assert load_settings(repository).pod_layers[-1].values["namespace"] == f"{repo.namespace}-dev"
    assert repository_root(repository / repo.dags_folder) == repository


def test_an_editor_finds_the_schema_of_the_settings_and_what_it_says_holds(repository):
    import json

    import jsonschema

    text = (repository / "airflowkit.toml").read_text()
    named = re.match(r"#:schema (\S+)\n", text)
    schema = json.loads((repository / named[1]).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert not list(validator.iter_errors(tomllib.loads(text)))
    for wrong in ({"pods": {}}, {"check": {"selct": []}}, {"profile": {"dev": {"teams": {"budget": 60}}}}):
        assert list(validator.iter_errors(wrong))


def test_the_image_installs_the_real_distribution(repository):
    """The name airflowkit on PyPI is a stranger's."""
    requirements = (repository / "requirements.txt").read_text()
    assert "airflowkit-k8s==0.1.0" in requirements
    for name in committed(repository):
        assert not re.search(r"install (-\S+ )*airflowkit\b(?!-k8s)", (repository / name).read_text())


def test_the_image_has_pinned_versions_and_no_secret_and_is_not_run_by_root(each):
    files = files_of(each)
    instructions = re.findall(r"^([A-Z]+) (.*)", files["Dockerfile"], re.MULTILINE)
    assert instructions[0] == ("FROM", "apache/airflow:3.3.2-python3.12")
    assert ("USER", "airflow") in instructions
    assert [rest for word, rest in instructions if word == "COPY"] == ["requirements.txt /requirements.txt"]
    assert not {"ADD", "ARG", "ENV"} & {word for word, _ in instructions}
    assert "--compile" in files["Dockerfile"]
    ignored = [line for line in files[".dockerignore"].splitlines() if not line.startswith("#")]
    assert ignored == ["*", "!requirements.txt"]
    requirements = [line for line in files["requirements.txt"].splitlines() if not line.startswith("#")]
    assert requirements[0].startswith("--constraint https://")
    assert requirements[0].endswith("/constraints-3.3.2/constraints-3.12.txt")
    providers = {line.removeprefix("apache-airflow-providers-") for line in requirements if "providers" in line}
    assert providers == set(each.providers)
    assert any(line.startswith("datadog") for line in requirements) == (each.metrics == "datadog")


def test_airflow_ignores_shared_code_and_finds_the_dag(repository, repo):
    helper = repository / repo.dags_folder / "team_lib"
    helper.mkdir(exist_ok=True)
    (helper / "dag_airflow.py").write_text("# airflow dag")
    assert [Path(path).name for path in files_airflow_reads(repository / repo.dags_folder)] == [f"{FIRST_DAG}.py"]
    (helper / "dag_airflow.py").unlink()
    helper.rmdir()


def test_everything_that_reads_dags_can_import_shared_code(each, tmp_path):
    """As the containers do: the bundle's root is on the path, and what `PYTHONPATH` says of the mounted repository."""
    for path, text in files_of(each).items():
        if path.endswith("shared_lib/__init__.py"):
            (tmp_path / path).parent.mkdir(parents=True)
            (tmp_path / path).write_text(text)
    mounted = tmp_path / each.dags_folder if each.dags == "volume" else tmp_path
    mount = "/opt/airflow/dags" if each.dags == "volume" else "/opt/airflow/dags/repo"
    roots = [str(tmp_path / each.dags_folder)] if not each.git_sync else []
    if each.python_path:
        roots.append(each.python_path.replace(mount, str(mounted), 1))
    editor = tomllib.loads(files_of(each)["pyproject.toml"])["tool"]
    tests = editor["pytest"]["ini_options"]["pythonpath"]
    assert tests == editor["pyright"]["extraPaths"] == editor["ruff"]["src"]
    for root in [*roots, str(tmp_path / tests[0])]:
        assert (Path(root) / "shared_lib/__init__.py").is_file(), root


def test_the_record_has_the_answers_and_every_file_as_it_was_written(repository, repo):
    import json

    text = (repository / RECORD).read_text()
    recorded = json.loads(text)
    assert recorded["answers"]["executor"] == repo.executor
    assert recorded["answers"]["branch"] == repo.branch
    files = recorded_files(text)
    assert set(files) | {RECORD} == committed(repository)
    assert all((repository / path).read_text() == text for path, text in files.items())
    assert len(text) < 24_000


def test_a_clone_of_an_empty_repository_is_filled_and_not_committed_to(tmp_path):
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    made = create_repository(answers(), tmp_path)
    assert "commit the files" in made.note
    assert committed(tmp_path) == set()


@pytest.mark.slow
def test_the_checks_and_tests_of_a_new_repository_pass_in_it(repository):
    for command in (["-m", "airflowkit", "check"], ["-m", "pytest", "-q", "--airflowkit", "-p", "no:cacheprovider"]):
        result = subprocess.run([sys.executable, *command], cwd=repository, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
