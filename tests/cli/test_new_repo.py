"""The answers for a new repository: flags, questions, a file; and a repository that has DAGs already."""

import json
import re
import shlex
import signal
import subprocess
import sys
from dataclasses import asdict, fields
from pathlib import Path

import pytest
import yaml

from airflowkit.cli.app import load_command
from airflowkit.cli.repository_answers import replay_command
from airflowkit.scaffold.answers import choices
from airflowkit.scaffold.answers.repository import NOT_ASKED, RepositoryAnswers
from airflowkit.scaffold.record import RECORD
from cli.new_repo_command import answers_of
from scaffold.combinations import ALL, HTTPS

ANSWERS = [field.name for field in fields(RepositoryAnswers) if field.name not in NOT_ASKED]


def test_every_answer_is_a_flag_with_the_name_of_the_answer():
    flags = {option.name: option.opts for option in load_command("new-repo").params}
    for name in ANSWERS:
        assert f"--{name.replace('_', '-')}" in flags[name]


def test_the_first_value_of_a_choice_is_its_default():
    defaults = {field.name: field.default for field in fields(RepositoryAnswers)}
    for name, value in defaults.items():
        if type(value).__module__ == choices.__name__:
            assert value == next(iter(type(value))), name


def test_without_a_terminal_nothing_is_asked_and_the_line_to_replay_is_said(new_repo, tmp_path):
    status, printed = new_repo("one", "--executor", "CeleryExecutor", "--workers", "1-8", "--no-teams")
    assert status == 0, printed
    replay = re.search(r"airflowkit new-repo one .*", printed)[0]
    assert replay == "airflowkit new-repo one --executor CeleryExecutor --workers 1-8 --no-teams --defaults"
    assert "deploy/" in printed
    assert answers_of(tmp_path / "one")["workers"] == "1-8"


@pytest.mark.parametrize("number", range(0, len(ALL), 5))
def test_the_line_to_replay_means_the_same_answers(new_repo, tmp_path, number):
    status, printed = new_repo(*shlex.split(replay_command(tmp_path / "dags", ALL[number]))[2:])
    assert status == 0, printed
    expected = {name: value for name, value in asdict(ALL[number]).items() if name in ANSWERS}
    assert answers_of(tmp_path / "dags") == json.loads(json.dumps(expected))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], {"dags": "git-sync-ssh", "ui_url": "https://airflow.example.com"}),
        (["--git-url", HTTPS], {"dags": "git-sync-https"}),
        (["--dags", "git-sync-https"], {"git_url": "https://github.com/example/airflow-dags.git"}),
        (["--dags", "git-bundle", "--git-url", HTTPS], {"dags": "git-bundle"}),
        (["--ingress", "flow.example.com"], {"ui_url": "https://flow.example.com"}),
        (["--laptop", "kind"], {"ui_url": "http://localhost:8080"}),
        (["--laptop", "kind", "--ui-url", "http://x.example.com"], {"ui_url": "http://x.example.com"}),
        (["--providers", "snowflake, dbt-cloud,"], {"providers": ["snowflake", "dbt-cloud"]}),
    ],
)
def test_an_answer_decides_what_follows_from_it(new_repo, tmp_path, arguments, expected):
    status, printed = new_repo("one", *arguments, "--defaults")
    assert status == 0, printed
    found = answers_of(tmp_path / "one")
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--executor", "KubernetExecutor"], "--executor"),
        (["--dags", "git-sync-ssh", "--git-url", HTTPS], "git-sync-ssh cannot clone https://"),
        (["--dags", "git-sync-public", "--git-url", "git@github.com:a/b.git"], "git-sync-public cannot clone git@"),
        (["--dags-folder", "../dags"], "DAG folder"),
        (["--dags-folder", "/dags"], "DAG folder"),
        (["--dags-folder", "deploy"], "has another purpose"),
        (["--workers", "8-1"], "is not a range"),
        (["--workers", "many"], "workers"),
        (["--ingress", "https://x.example.com"], "ingress"),
        (["--ui-url", "airflow.example.com"], "UI address"),
        (["--logs-bucket", "Air_Flow"], "bucket"),
        (["--providers", "snow flake"], "provider"),
        (["--pod-namespaces", "a,B"], "namespace"),
        (["--namespace", "x" * 60], "too long"),
        (["--owner", "a: 'b"], "owner"),
        (["--git-url", "https://me:s3cret@x.example.com/a.git"], "would be committed"),
        (["--answers", "missing.yaml"], "cannot read missing.yaml"),
    ],
)
def test_an_answer_that_cannot_be_is_one_line_and_nothing_is_written(new_repo, tmp_path, arguments, reason):
    status, printed = new_repo("one", *arguments)
    assert (status, len(printed.splitlines())) == (2, 1), printed
    assert reason in printed
    assert "s3cret" not in printed
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("place", ["file/below", "file/deep/below", "loop", "loop/below"])
def test_a_folder_that_cannot_be_is_refused_by_its_name(new_repo, tmp_path, place):
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    before = sorted(tmp_path.iterdir())
    status, printed = new_repo(place, "--defaults")
    assert (status, len(printed.splitlines())) == (2, 1), printed
    assert ".airflowkit-" not in printed
    assert sorted(tmp_path.iterdir()) == before


def test_what_is_to_be_typed_next_can_be_typed(new_repo, tmp_path):
    status, printed = new_repo("two words", "--defaults")
    assert status == 0, printed
    assert "  cd 'two words'\n" in printed


def test_a_person_is_asked_for_what_was_not_given_and_matters_and_again_after_a_mistake(terminal, tmp_path):
    typed = {
        "git url": ["ftp://x", HTTPS],
        "executor": ["Celery", "CeleryExecutor"],
        "metrics": ["datadog"],
        "teams": ["n"],
    }
    screen = terminal("new-repo", "one", "--branch", "trunk", "--airflow-version", "3.3.2")
    asked = []
    for question in screen.questions():
        asked.append(question.partition(":")[0])
        if asked[-1] == "dags":
            assert "(git-sync-ssh, git-sync-https, " in question
            assert "[git-sync-https]" in question  # what the URL implies
        screen.type(typed[asked[-1]].pop(0) if typed.get(asked[-1]) else "")
    assert screen.process.wait(timeout=60) == 0, screen.text
    assert "Error: git URL 'ftp://x' is not valid" in screen.text
    unique = list(dict.fromkeys(asked))
    expected = [name.replace("_", " ") for name in ANSWERS]
    assert sorted(unique) == sorted(set(expected) - {"branch", "airflow version", "logs bucket"})
    assert (asked.count("git url"), asked.count("executor"), asked.count("dags")) == (2, 2, 1)
    found = answers_of(tmp_path / "one")
    assert (found["git_url"], found["dags"], found["branch"]) == (HTTPS, "git-sync-https", "trunk")
    assert (found["executor"], found["metrics"], found["teams"]) == ("CeleryExecutor", "datadog", False)


def test_ctrl_c_at_a_question_writes_nothing(terminal, tmp_path):
    screen = terminal("new-repo", "one")
    for number, _ in enumerate(screen.questions()):
        screen.type("") if number < 3 else screen.interrupt()
    assert screen.process.wait(timeout=60) == 130, screen.text
    assert screen.text.endswith("\n"), "the shell's prompt would follow the question"
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_asked_with_the_defaults(terminal, tmp_path):
    screen = terminal("new-repo", "one", "--defaults")
    assert list(screen.questions()) == []
    assert screen.process.wait(timeout=60) == 0, screen.text
    assert (tmp_path / "one/airflowkit.toml").is_file()


OLD_DAG = """
from datetime import datetime
from airflow.sdk import DAG
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
with DAG("old", start_date=datetime(2024, 1, 1), schedule="@daily"):
    KubernetesPodOperator(task_id="x", image="busybox", name="x")
"""


@pytest.fixture
def old_repository(tmp_path):
    for path, text in {"src/dags/team/old.py": OLD_DAG, "README.md": "ours\n", ".gitignore": "x\n"}.items():
        (tmp_path / "old" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "old" / path).write_text(text)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path / "old", check=True)
    return tmp_path / "old"


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git/" not in f"{path}"
    }


@pytest.mark.slow
def test_a_repository_that_has_dags_gets_what_it_lacks_and_its_first_checks_pass(new_repo, old_repository, monkeypatch):
    before = contents(old_repository)
    status, printed = new_repo("old", "--existing")
    assert status == 0, printed
    after = contents(old_repository)
    assert before.items() <= after.items()
    left_alone = printed.partition("Left alone")[2].partition("Note:")[0]
    assert re.findall(r"[\w.]+\.?\w+", left_alone.partition(":")[2]) == [".gitignore", "README.md"]
    assert "airflowkit.local.toml, deploy/secrets* and .env to .gitignore" in printed
    assert "airflowkit.local.toml" not in after
    assert not any(path.endswith("hello_pod.py") for path in after)
    assert json.loads(after[RECORD])["answers"]["dags_folder"] == "src/dags"
    assert "findings accepted" in printed
    monkeypatch.chdir(old_repository)
    workflow = yaml.load(after[".github/workflows/ci.yml"], Loader=yaml.BaseLoader)
    runs = [step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step][1:]
    assert [run.split()[0] for run in runs] == ["airflowkit", "pytest"]
    for run in runs:
        line = [sys.executable, "-m", *run.split()]
        result = subprocess.run(line, cwd=old_repository, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.slow
def test_a_second_time_nothing_is_left_to_write(new_repo, old_repository):
    new_repo("old", "--existing")
    before = contents(old_repository)
    status, printed = new_repo("old", "--existing")
    assert status == 0, printed
    assert "0 files" in printed
    assert contents(old_repository) == before


@pytest.mark.parametrize("path", ["missing", "file"])
def test_what_is_no_repository_is_not_completed(new_repo, tmp_path, path):
    (tmp_path / "file").touch()
    status, printed = new_repo(path, "--existing")
    assert status == 2
    assert "is not a folder" in printed
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_ctrl_c_between_two_files_leaves_a_repository_as_it_was(new_repo, old_repository, monkeypatch):
    from airflowkit.scaffold import writing

    before = contents(old_repository)
    link, count = writing._link_or_rename, iter(range(100))

    def interrupted(staged, path):
        if next(count) == 7:
            signal.raise_signal(signal.SIGINT)
        link(staged, path)

    monkeypatch.setattr(writing, "_link_or_rename", interrupted)
    status, _ = new_repo("old", "--existing")
    assert status == 130
    assert contents(old_repository) == before
    assert not (old_repository / "deploy").exists()


def test_the_page_has_every_answer():
    page = (Path(__file__).parents[2] / "docs/how-to/new-repo.md").read_text()
    for name in (*ANSWERS, "existing", "answers", "defaults"):
        assert f"--{name.replace('_', '-')}" in page, name
    for field in fields(RepositoryAnswers):
        if type(field.default).__module__ == choices.__name__:
            assert all(f"`{value}`" in page for value in type(field.default)), field.name


def test_a_folder_with_files_is_refused_before_anything_is_asked(terminal, tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "README.md").touch()
    screen = terminal("new-repo", "one")
    assert list(screen.questions()) == []
    assert "--existing" in screen.text
    assert screen.process.wait(timeout=60) == 2
