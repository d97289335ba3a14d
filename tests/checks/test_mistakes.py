"""Every mistake of the corpus that the plain operator accepts is found in a DAG file, whatever its effect."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from airflowkit.checks.engine import checked
from airflowkit.setting_sections import Check
from airflows import for_this_airflow

CORPUS = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in (Path(__file__).parent.parent / "pods" / "corpus").glob("*.toml")
}
RIGHT = "no-mistake"
ACCEPTED = sorted(name for name, entry in CORPUS.items() if entry["raw"] != "parse")
POLICIES = {"AK401", "AK402", "AK404", "AK405", "AK409"}
"""What is found for any plain operator."""
DAG_FILE = """\
from datetime import timedelta
from pathlib import Path

from airflow.providers.cncf.kubernetes.callbacks import KubernetesPodOperatorCallback
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
from airflow.sdk import DAG
from kubernetes.client import models as k8s

with DAG("{mistake}", schedule=None):
    KubernetesPodOperator(task_id="task", **{{"image": "a:1", **dict({call})}})
"""


@pytest.fixture(scope="module")
def found(pool, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dags")
    for mistake, call in {RIGHT: "", **{mistake: CORPUS[mistake]["call"] for mistake in ACCEPTED}}.items():
        (folder / f"{mistake}.py").write_text(for_this_airflow(DAG_FILE.format(mistake=mistake, call=call)))
    findings = checked(pool, folder, sorted(folder.iterdir()), Check()).findings
    messages = {stem: [] for stem in (RIGHT, *ACCEPTED)}
    for finding in findings:
        if finding.code not in POLICIES:
            messages[Path(finding.path).stem].append(finding.message)
    return messages


@pytest.mark.parametrize("mistake", ACCEPTED)
def test_a_mistake_that_the_plain_operator_accepts_is_found(found, mistake):
    assert found[mistake]


def test_nothing_is_found_where_there_is_no_mistake(found):
    assert not found[RIGHT]


def test_a_callback_given_as_text_is_named_whole_although_airflow_splits_it(found):
    assert found["failure-callback-as-text"] == ["on_failure_callback is 'alert', which is not callable"]
