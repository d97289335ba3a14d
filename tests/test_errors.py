"""What an exception of airflowkit says, and that it survives a process boundary."""

import pickle

import pytest

from airflowkit import errors
from airflowkit.errors import AirflowKitError, PodSpecError, Problem, SettingsError, did_you_mean

PROBLEMS = [
    Problem("image", "'My Image'", "no image name", "write lower case", dag_id="orders", task_id="load"),
    Problem("cmds", "", "is missing", dag_id="orders", task_id="load"),
]


def test_the_hint_follows_the_message():
    assert str(SettingsError("x is wrong", hint="write y")) == "x is wrong. write y"


@pytest.mark.parametrize("message", ["No such day.", "no such day?", "no such day…"])
def test_a_message_that_ends_a_sentence_gets_no_second_stop(message):
    assert str(SettingsError(message, hint="write y")) == f"{message} write y"


def test_a_pod_spec_error_names_dag_task_and_every_problem():
    text = str(PodSpecError(PROBLEMS))
    assert text.splitlines() == [
        "DAG 'orders', task 'load': 2 problems",
        "  image = 'My Image': no image name; write lower case",
        "  cmds: is missing",
    ]


@pytest.mark.parametrize(
    "error", [SettingsError("x", hint="y"), PodSpecError(PROBLEMS)], ids=lambda error: type(error).__name__
)
def test_an_error_survives_pickling(error):
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))


def test_every_exception_has_the_one_base():
    own = [item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, Exception)]
    assert all(issubclass(item, AirflowKitError) for item in own)


@pytest.mark.parametrize(("name", "answer"), [("standrd", "did you mean 'standard'?"), ("xyz", "")])
def test_did_you_mean_names_the_nearest(name, answer):
    assert did_you_mean(name, ["standard", "manual"]) == answer
