"""The reason that a failed task pushes: from any exception, bounded, redacted, and without harm to the task."""

from __future__ import annotations

import json
import time

import pytest
from jsonschema import Draft202012Validator

from airflowkit import RetryByCause
from airflowkit.alerts.facts.recorder import diagnosis_of, record_failure, restored
from airflowkit.causes import CauseCode, schema
from airflowkit.errors import PodFailed
from airflowkit.pods.diagnostics.diagnosis import XCOM_KEY, Diagnosis, Tries


class UnspeakableError(Exception):
    def __str__(self):
        raise ValueError("no words")


class Instance:
    def __init__(self):
        self.pushed = []

    def xcom_push(self, key, value):
        self.pushed.append((key, value))


def circular():
    error = ValueError("broken")
    error.__cause__ = error
    return error


def caused_by_a_pod():
    failure = PodFailed("out of memory")
    failure.diagnosis = Diagnosis("out of memory: used 512Mi", "raise it", ("Killed",))
    error = RuntimeError("wrapped")
    error.__cause__ = failure
    return error


@pytest.mark.parametrize(
    ("exception", "reason"),
    [
        (ValueError("no such table: orders"), "ValueError: no such table: orders"),
        (ValueError(), "ValueError"),
        (KeyError("x"), "KeyError: 'x'"),
        (UnspeakableError(), "UnspeakableError"),
        (circular(), "ValueError: broken"),
        (PodFailed("exit code 3", hint="look"), "exit code 3; look"),
        (caused_by_a_pod(), "out of memory: used 512Mi"),
        (
            RuntimeError("pod x failed.\nremote_pod: {'env': [...]}"),
            "RuntimeError: pod x failed.",
        ),
        (RuntimeError("postgresql://u:hunter2@db/x"), "RuntimeError: postgresql://***@db/x"),
        ("only words", "only words"),
    ],
)
def test_a_reason_is_found_in_any_exception(exception, reason):
    assert diagnosis_of(exception).reason == reason


def test_a_message_of_any_length_is_cut_at_once():
    diagnosis_of(ValueError())  # imports Airflow
    started = time.process_time()
    assert len(diagnosis_of(RuntimeError("password " * 3_000_000)).reason) <= 500
    assert time.process_time() - started < 2


def test_what_is_pushed_comes_back():
    ti = Instance()
    record_failure({"ti": ti, "exception": ValueError("broken")})
    ((key, value),) = ti.pushed
    assert key == XCOM_KEY
    assert restored(json.loads(json.dumps(value))) == Diagnosis("ValueError: broken", code=CauseCode.EXCEPTION)


class NoSecrets:
    """Stands for Airflow's task, which has the policy."""

    def __init__(self, *never):
        self.retry_policy = RetryByCause(never)


@pytest.mark.parametrize(
    ("never", "tries", "hint"),
    [
        ((), Tries(2), ""),
        (("exception",), Tries(2, 2), "not tried again, exception is never tried again (2 tries saved)"),
    ],
)
def test_a_task_without_a_pod_leaves_how_often_it_was_tried_and_what_its_policy_saved(never, tries, hint):
    ti = Instance()
    ti.try_number, ti.max_tries, ti.task = 2, 3, NoSecrets(*never)
    record_failure({"ti": ti, "exception": ValueError("broken")})
    ((_, value),) = ti.pushed
    Draft202012Validator(schema()).validate(value)
    found = restored(json.loads(json.dumps(value)))
    assert (found.tries, found.hint) == (tries, hint)


@pytest.mark.parametrize("tries", [{"used": -1, "saved": 1}, {"used": "1"}, 4, {"saved": 2}, {"used": True}])
def test_tries_that_are_none_are_left_out(tries):
    assert restored({"reason": "broken", "tries": tries}).tries is None


def test_a_pod_leaves_its_own_and_no_exception_leaves_none():
    ti = Instance()
    record_failure({"ti": ti, "exception": PodFailed("exit code 3")})
    record_failure({"ti": ti})
    assert ti.pushed == []


@pytest.mark.parametrize("context", [None, {}, {"exception": ValueError()}, {"ti": 1, "exception": ValueError()}])
def test_nothing_makes_the_recorder_raise(context):
    record_failure(context)


@pytest.mark.parametrize("value", [None, {}, {"reason": ""}, {"reason": 7}, {"hint": "x"}])
def test_what_is_no_diagnosis_is_none(value):
    assert restored(value) is None


def test_a_diagnosis_that_another_task_pushed_is_redacted_and_bounded():
    found = restored({"reason": "password=hunter2 " + "x" * 10_000, "hint": 7, "log_tail": ["y" * 900, 5] * 50})
    assert found.reason.startswith("password=*** x")
    assert len(found.reason) <= 500
    assert found.hint == ""
    assert len(found.log_tail) <= 10
    assert max(map(len, found.log_tail)) <= 200
