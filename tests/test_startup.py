"""What `import airflowkit`, the command's start and Airflow's policy may import."""

import json
import subprocess
import sys

import pytest

from airflowkit.cli.app import COMMANDS

HEAVY = {
    "airflow",
    "kubernetes",
    "pydantic",
    "jinja2",
    "starlette",
    "uvicorn",
    "requests",
    "pymsteams",
    "rich",
    "watchfiles",
}
SLOW_OF_PYTHON = {"importlib.metadata", "asyncio", "http.client", "email.message"}
"""Modules of Python that cost as much as a third of Typer."""


def modules_after(statement: str) -> set[str]:
    script = f"{statement}\nimport sys\nprint(*sorted(sys.modules))"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(result.stdout.split())


def modules_of_command(*arguments: str) -> set[str]:
    """Return the modules that a call of the command imports."""
    return modules_after(f"""
import contextlib, io, sys
sys.argv = ["airflowkit", *{json.dumps(arguments)}]
from airflowkit.__main__ import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    with contextlib.suppress(SystemExit):
        main()
""")


def own(modules: set[str]) -> set[str]:
    return {name for name in modules if name.split(".")[0] == "airflowkit"}


@pytest.mark.parametrize(
    "statement",
    [
        "import airflowkit",
        "import airflowkit.cli.app",
        "import airflowkit._preload",
        "import airflowkit.pytest_plugin",
    ],
)
def test_a_start_imports_nothing_heavy(statement):
    assert modules_after(f"import pytest; {statement}" if "plugin" in statement else statement).isdisjoint(HEAVY)


def test_the_version_costs_nothing_until_it_is_asked_for():
    assert "importlib.metadata" not in modules_after("import airflowkit")


@pytest.mark.parametrize("arguments", [(), ("--help",), ("chek",), ("--zzz",)])
def test_the_help_and_a_mistyped_command_import_nothing_but_the_table_of_commands(arguments):
    modules = modules_of_command(*arguments)
    names = {"airflowkit", "airflowkit.__main__", "airflowkit.cli", "airflowkit.cli.app", "airflowkit.errors"}
    assert own(modules) == names
    assert modules.isdisjoint(HEAVY | SLOW_OF_PYTHON)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_imports_nothing_heavy_and_no_other_command(command):
    modules = modules_of_command(command, "--help")
    assert modules.isdisjoint(HEAVY)
    others = {f"airflowkit.cli.{name.replace('-', '_')}" for name in COMMANDS if name != command}
    assert modules.isdisjoint(others)


def test_new_dag_imports_neither_airflow_nor_rich(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    modules = modules_of_command("new-dag", "orders_daily")
    assert (tmp_path / "dags" / "orders_daily.py").exists()
    assert modules.isdisjoint({"airflow", "kubernetes", "rich", "starlette", "uvicorn", "requests", "pymsteams"})


def test_the_policy_loads_the_operator_in_the_dag_processor_only():
    operator = "airflow.providers.cncf.kubernetes.operators.pod"
    assert operator not in modules_after("import airflow")
    assert operator in modules_after("import sys; sys.argv = ['airflow', 'dag-processor']; import airflow")


def test_the_policy_never_raises():
    """A policy module that raises breaks every `airflow` command."""
    blocked = "import sys; sys.argv = ['airflow', 'dag-processor']; sys.modules['airflowkit.pods.task'] = None"
    assert "airflowkit._preload" in modules_after(f"{blocked}; import airflowkit._preload")
