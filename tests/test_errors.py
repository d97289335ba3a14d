"""The exceptions: one tree in one file, what they say, and that they survive a process boundary."""

import ast
import pickle
import re
from pathlib import Path

import pytest

from airflowkit import errors
from airflowkit.errors import AirflowKitError, PodSpecError, Problem, SettingsError, did_you_mean
from airflowkit.local.process.events import Refused
from airflowkit.local.run import _restored

EXCEPTIONS = [
    cls
    for cls in vars(errors).values()
    if isinstance(cls, type) and issubclass(cls, Exception) and cls is not AirflowKitError
]
PROBLEMS = [
    Problem("image", "'My Image'", "is not a valid image", "write lower case", dag_id="orders", task_id="load"),
    Problem("cmds", "", "is missing", dag_id="orders", task_id="load"),
]


def test_the_hint_follows_the_message():
    assert str(SettingsError("x is wrong", hint="write y")) == "x is wrong; write y"


@pytest.mark.parametrize("message", ["No such day.", "no such day?", "no such day…"])
def test_a_message_that_ends_a_sentence_gets_no_second_stop(message):
    assert str(SettingsError(message, hint="write y")) == f"{message} write y"


def test_a_pod_spec_error_names_dag_task_and_every_problem():
    text = str(PodSpecError(PROBLEMS))
    assert text.splitlines() == [
        "DAG 'orders', task 'load': 2 problems",
        "  image = 'My Image': is not a valid image; write lower case",
        "  cmds: is missing",
    ]


@pytest.mark.parametrize(
    "error", [SettingsError("x", hint="y"), PodSpecError(PROBLEMS)], ids=lambda error: type(error).__name__
)
def test_an_error_survives_pickling(error):
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))


def test_the_docstring_draws_every_exception_in_order():
    drawn = re.findall(r"[├└]── (\w+) \((\w+)\)", errors.__doc__)
    assert drawn == [(cls.__name__, cls.__bases__[1].__name__) for cls in EXCEPTIONS]
    assert all(cls.__bases__[0] is AirflowKitError for cls in EXCEPTIONS)


def test_no_exception_of_ours_is_defined_elsewhere():
    names = {"AirflowKitError", *(cls.__name__ for cls in EXCEPTIONS)}
    package = Path(errors.__file__).parent
    elsewhere = [
        f"{path.relative_to(package)}: {node.name}"
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and path.name != "errors.py"
        if names & {getattr(base, "id", getattr(base, "attr", "")) for base in node.bases}
    ]
    # It is one of Airflow's as well, which errors.py must not import.
    assert elsewhere == ["pods/operator/outcome.py: FinalPodFailed"]


@pytest.mark.parametrize("cls", EXCEPTIONS, ids=lambda cls: cls.__name__)
def test_a_local_run_raises_what_its_process_raised(cls):
    error = _restored(Refused(cls.__name__, "x is wrong", "write y"))
    assert (type(error), str(error)) == (cls, "x is wrong; write y")


@pytest.mark.parametrize(("name", "answer"), [("standrd", "did you mean 'standard'?"), ("xyz", "")])
def test_did_you_mean_names_the_nearest(name, answer):
    assert did_you_mean(name, ["standard", "manual"]) == answer
