"""`pod_problems` against two thousand manifests, each a small pod with one thing changed.

manifests.jsonl has a line for each: what is set, what the rules say and, where it differs, what the API server says;
where releases of Kubernetes differ, what each says that changed it, from 1.35 on.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflowkit.pods.schema.names import env_name_fault, label_fault, qualified_name_fault, subdomain_fault
from airflowkit.pods.schema.quantities import parse_quantity
from airflowkit.pods.validation.pod import pod_problems
from pods.outcomes import api_version, refusal

LINES = [json.loads(line) for line in (Path(__file__).parent / "manifests.jsonl").read_text("utf-8").splitlines()]


def _manifest(line: dict[str, Any]) -> dict[str, Any]:
    container = {"name": "base", "image": "a:1"}
    pod: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "a", "labels": {"x": "y"}},
        "spec": {"restartPolicy": "Never", "containers": [container]},
    }
    for (*path, last), value in line["set"]:
        holder: Any = pod
        for key in path:
            holder = holder[key]
        if value is None:
            holder.pop(last, None)
        else:
            holder[last] = value
    return pod


def _recorded(line: dict[str, Any], version: tuple[int, int]) -> str:
    """Return what the API server of a release said."""
    server = line.get("server", line["rules"])
    if isinstance(server, str):
        return server
    answers = {tuple(map(int, release.split("."))): answer for release, answer in server.items()}
    return answers[max(release for release in answers if release <= version)]


def test_the_rules_say_of_each_manifest_what_they_said():
    wrong = [
        line for line in LINES if bool(pod_problems(_manifest(line), version="1.35")) != (line["rules"] == "refused")
    ]
    assert not wrong


def test_no_manifest_that_the_server_refuses_passes_the_rules():
    assert not [line for line in LINES if line.get("server") == "refused"]


@pytest.mark.apiserver
def test_the_server_says_of_each_manifest_what_it_said():
    said = [(line, "refused" if refusal(_manifest(line)) else "accepted") for line in LINES]
    assert not [line for line, answer in said if answer != _recorded(line, api_version())]


def test_a_problem_has_the_path_in_the_manifest():
    pod = _manifest({"set": [[["spec", "volumes"], [{"name": "V_", "emptyDir": {}}]]]})
    assert [problem.field for problem in pod_problems(pod)] == ["spec.volumes[0].name"]


def test_without_a_version_the_strictest_rule_holds():
    pod = _manifest({"set": [[["spec", "containers", 0, "env"], [{"name": "A B", "value": "x"}]]]})
    assert pod_problems(pod)
    assert pod_problems(pod, version="1.33")
    assert not pod_problems(pod, version="1.34")


def test_a_field_that_a_version_does_not_honour_is_refused_with_the_version_that_does():
    pod = _manifest({"set": [[["spec", "resources"], {"limits": {"cpu": "1"}}]]})
    assert not pod_problems(pod, version="1.34")
    (problem,) = pod_problems(pod, version="1.33")
    assert "1.34" in problem.reason


@pytest.mark.parametrize(
    ("one", "other"),
    [("0.6", "600m"), ("1Gi", "1024Mi"), ("1e3", "1k"), ("1E3", "1000"), (".5", "500m"), ("1E", "1000P"), ("5.", "5")],
)
def test_equal_quantities_are_equal(one, other):
    assert parse_quantity(one) == parse_quantity(other)


@given(st.text(max_size=12))
def test_any_text_is_a_quantity_or_a_value_error(text):
    try:
        parse_quantity(text)
    except ValueError:
        return
    assert text[0] in "+-.0123456789"


@given(st.text(max_size=70))
def test_no_name_with_a_line_break_or_a_foreign_letter_passes(text):
    for fault in (label_fault, subdomain_fault, qualified_name_fault, env_name_fault):
        if not fault(text):
            assert text.isascii()
            assert text.isprintable()
