import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from airflowkit.cli.app import load_command, main
from airflowkit.scaffold.answers.dag import DAG_TEMPLATES, DagAnswers
from airflowkit.scaffold.answers.repository import RepositoryAnswers

HEAVY = {"airflow", "kubernetes", "libcst", "requests", "rich.console", "sqlalchemy", "starlette", "uvicorn"}


@dataclass(frozen=True)
class Result:
    status: int
    stdout: str
    stderr: str


@pytest.fixture
def airflowkit(monkeypatch, capsys):
    """The command as its script calls it, without the cost of a process."""

    def run(*arguments: str, cwd: Path) -> Result:
        monkeypatch.chdir(cwd)
        monkeypatch.setattr(sys, "argv", ["airflowkit", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return Result(ended.value.code, *capsys.readouterr())

    return run


@pytest.fixture
def repository(tmp_path, airflowkit):
    assert airflowkit("new-repo", "dags-of-ours", "--owner", "finance", cwd=tmp_path).status == 0
    return tmp_path / "dags-of-ours"


def everything_below(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}


@pytest.mark.parametrize("template", DAG_TEMPLATES)
def test_a_new_dag_lands_in_the_repository_with_its_owner_and_says_what_to_do_next(airflowkit, repository, template):
    result = airflowkit("new-dag", "orders_daily", "-t", template, "--schedule", "none", cwd=repository / "tests")
    assert result.status == 0, result.stderr
    assert "Wrote ../dags/orders_daily.py" in result.stdout
    assert "airflowkit run orders_daily" in result.stdout
    text = (repository / "dags/orders_daily.py").read_text()
    assert 'owner="finance"' in text
    assert 'tags=["finance"]' in text
    assert "schedule=None" in text


@pytest.mark.parametrize("template", DAG_TEMPLATES)
def test_a_repository_without_teams_gets_no_alert_unless_it_is_asked_for(airflowkit, tmp_path, template):
    assert airflowkit("new-repo", "quiet", "--no-teams", cwd=tmp_path).status == 0
    assert airflowkit("new-dag", "orders", "-t", template, cwd=tmp_path / "quiet").status == 0
    assert "teams" not in (tmp_path / "quiet/dags/orders.py").read_text()
    assert airflowkit("new-dag", "loud", "-t", template, "--teams", cwd=tmp_path / "quiet").status == 0
    assert "teams_failure()" in (tmp_path / "quiet/dags/loud.py").read_text()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["../x"], "it is a path"),
        (["a/b"], "it is a path"),
        (["orders-daily"], "Try 'orders_daily'"),
        ([""], "it is empty"),
        (["class"], "keyword"),
        (["x" * 300], "300 characters"),
        (["a\nb"], "letters, digits"),
        (["hello_pod"], "already exists"),
        (["Hello_Pod"], "names ignore case"),
        (["x", "--template", "pods"], "did you mean 'pod'?"),
        (["x", "--schedule", "sometimes"], "not a valid schedule"),
        (["x", "--image", "My Image"], "must not contain spaces"),
        (["x", "--image", "orders"], "no fixed tag"),
        (["x", "--owner", 'a"b'], "is not valid"),
        (["x", "--tags", "a,b\nc"], "is not valid"),
        (["x", "--dags-folder", "airflowkit.toml"], "airflowkit.toml is a file"),
        (["x", "--dags-folder", "/proc/nowhere"], "cannot write"),
    ],
)
def test_bad_input_is_one_line_and_status_2_and_changes_nothing(airflowkit, repository, arguments, reason):
    before = everything_below(repository)
    result = airflowkit("new-dag", *arguments, cwd=repository)
    assert result.status == 2
    assert reason in result.stderr
    assert result.stderr.startswith("airflowkit: ")
    assert len(result.stderr.splitlines()) == 1
    assert everything_below(repository) == before


def test_a_dag_id_of_another_file_is_refused(airflowkit, repository):
    (repository / "dags/legacy.py").write_text('from airflow.sdk import DAG\nwith DAG(dag_id="orders"): pass\n')
    result = airflowkit("new-dag", "orders", cwd=repository)
    assert result.status == 2
    assert "legacy.py already has a DAG 'orders'" in result.stderr


def test_a_dag_id_of_a_file_above_is_refused(airflowkit, repository):
    (repository / "dags/team").mkdir()
    (repository / "dags/legacy.py").write_text('from airflow.sdk import DAG\nwith DAG("orders"): pass\n')
    result = airflowkit("new-dag", "orders", cwd=repository / "dags/team")
    assert result.status == 2
    assert "legacy.py already has a DAG 'orders'" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["taken"], "not empty: it contains mine"),
        (["taken/mine"], "is a file"),
        (["new", "--git-url", "ftp://x"], "git URL"),
        (["new", "--namespace", "My_NS"], "namespace"),
        (["new", "--branch", "a b"], "branch"),
        (["new", "--airflow-version", "2.11.0"], "Airflow version"),
        (["new", "--image", "x:1"], "image"),
        (["qu'oi"], "repository name"),
        (["a\nb"], "repository name"),
    ],
)
def test_a_repository_that_cannot_be_is_one_line_and_status_2_and_changes_nothing(
    airflowkit, tmp_path, arguments, reason
):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/mine").write_text("x")
    before = everything_below(tmp_path)
    result = airflowkit("new-repo", *arguments, cwd=tmp_path)
    assert result.status == 2
    assert reason in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert everything_below(tmp_path) == before


def test_a_repository_can_be_created_in_the_current_folder(airflowkit, tmp_path):
    result = airflowkit("new-repo", ".", cwd=tmp_path)
    assert result.status == 0, result.stderr
    assert "cd " not in result.stdout
    assert (tmp_path / "airflowkit.toml").is_file()


@pytest.mark.parametrize("arguments", [["new-repo", "new"], ["new-dag", "orders", "--template", "etl"]])
def test_a_command_imports_nothing_heavy(tmp_path, arguments):
    """`benchmarks/startup.py` measures what it takes."""
    program = f"""
import sys
from airflowkit.cli.app import app
app(standalone_mode=False)
print(sorted({HEAVY} & sys.modules.keys()))
"""
    output = subprocess.check_output([sys.executable, "-c", program, *arguments], cwd=tmp_path, text=True)
    assert output.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", ["new-repo", "new-dag"])
def test_help_has_an_example_that_works(airflowkit, tmp_path, command):
    result = airflowkit(command, "--help", cwd=tmp_path)
    assert "Example:" in result.stdout
    example = load_command(command).help.partition("Example: airflowkit ")[2].split()
    assert airflowkit(*example, cwd=tmp_path).status == 0


@pytest.mark.parametrize(("command", "answers"), [("new-repo", RepositoryAnswers), ("new-dag", DagAnswers)])
def test_the_commands_defaults_are_the_answers_own(command, answers):
    shown = {option.name: option.default for option in load_command(command).params if option.default}
    defaults = {field.name: field.default for field in answers.__dataclass_fields__.values()}
    assert shown
    assert shown == {name: defaults[name] for name in shown}


def test_the_help_names_every_template():
    template = next(option for option in load_command("new-dag").params if option.name == "template")
    assert all(name in template.help for name in DAG_TEMPLATES)


def test_nothing_is_written_into_the_home_folder_and_the_command_is_a_module_too(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    command = [sys.executable, "-m", "airflowkit", "new-repo", "x"]
    subprocess.run(command, cwd=tmp_path, env=os.environ | {"HOME": str(home)}, check=True, capture_output=True)
    assert list(home.iterdir()) == []
