"""A failure is reason_and_lines in its own words and lines."""

from __future__ import annotations

import json

import pytest

from airflowkit.errors import PodFailed
from airflowkit.local.worker.failure import reason_and_lines


def caught(code):
    """Run code as if it were a user's file, below a frame of the libraries'."""
    try:
        exec(compile(code, "/repository/dags/orders.py", "exec"), {})
    except (ValueError, RuntimeError) as error:
        return error


def test_the_lines_begin_with_the_user_s_first():
    reason, lines = reason_and_lines(caught("def load():\n    raise ValueError('no rows')\nload()\n"))
    assert reason == "ValueError: no rows"
    text = "\n".join(lines)
    assert text.index("/repository/dags/orders.py") < text.index("in load")


def test_a_cause_is_told_before_what_it_caused():
    code = "try:\n    {}['a']\nexcept KeyError as e:\n    raise RuntimeError('no key') from e\n"
    reason, lines = reason_and_lines(caught(code))
    assert reason == "RuntimeError: no key"
    assert "KeyError: 'a'" in lines
    assert len(lines) < 12


def test_an_error_of_the_libraries_has_no_lines():
    try:
        json.loads("{")
    except ValueError as error:
        error.__traceback__ = error.__traceback__.tb_next
        reason, lines = reason_and_lines(error)
    assert reason.startswith("json.decoder.JSONDecodeError: ")
    assert lines == []


def test_an_answer_of_the_kubernetes_api_is_its_message():
    error = RuntimeError()
    error.body = '{"message": "pods \\"x\\" is forbidden", "code": 403}'
    assert reason_and_lines(error) == ('RuntimeError: pods "x" is forbidden', [])


def test_the_manifest_in_the_provider_s_error_is_left_out():
    assert (
        reason_and_lines(ValueError("Pod x returned a failure.\nremote_pod: {'a': 1}"))[0]
        == "ValueError: Pod x returned a failure."
    )


def test_a_diagnosis_is_told_as_it_is():
    assert reason_and_lines(PodFailed("out of memory", hint="give it more")) == ("out of memory; give it more", [])


@pytest.mark.parametrize("conn_id", ["wasb_default", "team.orders-1"])
def test_a_connection_that_is_missing_comes_with_where_to_define_it(conn_id):
    from airflow.providers.common.compat.sdk import AirflowNotFoundException

    reason, _ = reason_and_lines(AirflowNotFoundException(f"The conn_id `{conn_id}` isn't defined"))
    assert f"set AIRFLOW_CONN_{conn_id.upper()}, or write {conn_id} below [check.connections]" in reason
    assert "\n" not in reason
