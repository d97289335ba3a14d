import os
import subprocess
import sys

import pytest

from airflowkit.cli.app import load_command
from airflowkit.scaffold.answers.dag import DagAnswers
from airflowkit.scaffold.answers.repository import RepositoryAnswers
from cli.commands import everything_below

HEAVY = {"airflow", "kubernetes", "libcst", "requests", "rich.console", "sqlalchemy", "starlette", "uvicorn"}


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
    for of_the_command in ("template", "list_format"):
        shown.pop(of_the_command, None)
    defaults = {field.name: field.default for field in answers.__dataclass_fields__.values()}
    assert shown
    assert shown == {name: defaults[name] for name in shown}


def test_nothing_is_written_into_the_home_folder_and_the_command_is_a_module_too(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    command = [sys.executable, "-m", "airflowkit", "new-repo", "x"]
    subprocess.run(command, cwd=tmp_path, env=os.environ | {"HOME": str(home)}, check=True, capture_output=True)
    assert list(home.iterdir()) == []
