"""What the front doors may not pay for."""

import subprocess
import sys

import pytest

HEAVY = ("airflow", "kubernetes", "pydantic", "jinja2", "starlette", "uvicorn", "requests", "pymsteams")


def modules_after(statement: str) -> set[str]:
    script = f"{statement}\nimport sys\nprint(*sorted(sys.modules))"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(result.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import airflowkit",
        "import airflowkit.cli.app",
        "import airflowkit._preload",
    ],
)
def test_a_front_door_imports_nothing_heavy(statement):
    assert modules_after(statement).isdisjoint(HEAVY)


def test_the_version_costs_nothing_until_it_is_asked_for():
    assert "importlib.metadata" not in modules_after("import airflowkit")


def test_help_imports_nothing_heavy():
    statement = """
import contextlib, io, sys
sys.argv = ["airflowkit", "--help"]
from airflowkit.cli.app import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
"""
    assert modules_after(statement).isdisjoint(HEAVY)


def test_the_policy_loads_the_operator_in_the_dag_processor_only():
    operator = "airflow.providers.cncf.kubernetes.operators.pod"
    assert operator not in modules_after("import airflow")
    assert operator in modules_after("import sys; sys.argv = ['airflow', 'dag-processor']; import airflow")


def test_the_policy_never_raises():
    """A policy module that raises breaks every `airflow` command."""
    blocked = "import sys; sys.argv = ['airflow', 'dag-processor']; sys.modules['airflowkit.pods.task'] = None"
    assert "airflowkit._preload" in modules_after(f"{blocked}; import airflowkit._preload")
