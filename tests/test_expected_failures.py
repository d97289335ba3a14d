"""The list of tests that may fail on a beta of Airflow."""

import os
import subprocess
import sys

import pytest

from expected_failures import expected_failures

HERE = "tests/test_expected_failures.py::"


def test_a_test_is_listed_with_its_reason(tmp_path):
    listed = tmp_path / "listed"
    listed.write_text("# betas\n\ntests/test_a.py::test_b[c]  # apache/airflow#1\n")
    assert expected_failures(listed) == {"tests/test_a.py::test_b[c]": "apache/airflow#1"}
    listed.write_text("tests/test_a.py::test_b\n")
    with pytest.raises(ValueError, match="test_b has no reason"):
        expected_failures(listed)


def test_a_listed_test_that_passes_must_leave_the_list(tmp_path):
    (tmp_path / "listed").write_text(f"{HERE}test_that_passes  # it does not\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"{HERE}test_that_passes"]
    environ = os.environ | {"AIRFLOWKIT_EXPECTED_FAILURES": str(tmp_path / "listed")}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, "it does not" in done.stdout) == (1, True), done.stdout + done.stderr


def test_that_passes():
    pass
