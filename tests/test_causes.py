"""The list of causes: what it promises, and the page and the schema that are written from it."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import airflowkit
from airflowkit.causes import Category, Cause, CauseCode, known_code
from airflowkit.errors import PodFailed
from airflowkit.pods.diagnostics.diagnosis import Diagnosis

ROOT = Path(__file__).parents[1]
SCHEMA = Path(airflowkit.__file__).with_name("cause.schema.json")


def test_the_page_and_the_schema_are_current():
    command = [sys.executable, ROOT / "scripts" / "causes.py", "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_codes_of_the_first_version_stay():
    """People's retry policies and their alerts' filters name them."""
    assert {
        *("out-of-memory", "evicted", "preempted", "node-lost", "deadline", "image-not-found", "image-forbidden"),
        *("registry-unreachable", "secret-missing", "config-map-missing", "claim-missing", "unschedulable"),
        *("exit-code", "signal", "killed", "start-timeout", "init-failed", "api-refused", "api-unreachable"),
        *("template", "unknown"),
    } <= set(CauseCode)


@pytest.mark.parametrize("code", CauseCode)
def test_a_code_has_a_category_and_says_what_to_do(code):
    assert code.category in Category
    assert code.evidence
    assert code.remedy
    assert code.retryable is (code.category is not Category.CONFIGURATION)
    assert (code.category is Category.UNKNOWN) is (code is CauseCode.UNKNOWN)


def test_a_cause_equals_its_code_as_text():
    cause = Cause(CauseCode.OUT_OF_MEMORY, "out of memory", container="base", exit_code=137)
    assert cause == "out-of-memory" == str(cause)
    assert cause == CauseCode.OUT_OF_MEMORY
    assert cause != "evicted"
    assert hash(cause) == hash("out-of-memory")
    assert cause != Cause(CauseCode.OUT_OF_MEMORY, "another")
    assert cause == Cause(CauseCode.OUT_OF_MEMORY, "out of memory", container="base", exit_code=137)
    assert cause != 137


def test_a_failure_has_a_cause_also_after_it_crossed_a_process_boundary():
    failure = PodFailed("out of memory", hint="raise it")
    assert failure.cause == Cause(CauseCode.UNKNOWN, "out of memory", "raise it")
    failure.diagnosis = Diagnosis("out of memory", "raise it", (), CauseCode.OUT_OF_MEMORY, "base", 137)
    cause = pickle.loads(pickle.dumps(failure)).cause
    assert cause == "out-of-memory"
    assert (cause.category, cause.container, cause.exit_code) == ("program", "base", 137)
    assert (cause.reason, cause.hint) == ("out of memory", "raise it")


def test_a_code_of_another_version_is_unknown():
    assert known_code("signal") is CauseCode.SIGNAL
    assert known_code("struck-by-lightning") is known_code("") is CauseCode.UNKNOWN


def test_the_schema_holds_what_is_written_and_refuses_what_is_not():
    schema = json.loads(SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    written = Cause(CauseCode.SIGNAL, "exit code 139", "look", "base", 139).to_json()
    assert validator.is_valid(written)
    assert validator.is_valid({**written, "log_tail": ["Segmentation fault"]})
    for wrong in ({"code": "SIGNAL"}, {"category": "human"}, {"retryable": False}, {"version": 2}, {"advice": "x"}):
        assert not validator.is_valid({**written, **wrong}), wrong
    for key in written:
        assert not validator.is_valid({name: value for name, value in written.items() if name != key}), key
