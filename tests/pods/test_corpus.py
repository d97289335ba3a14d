"""Every mistake of the corpus: refused by `pod_task` at the right argument, or made right."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from airflowkit import PodSpecError, pod_task
from pods.outcomes import CLUSTER_KNOWS, checked, dag, keywords_of, raw_outcome, refusal

CORPUS = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in Path(__file__).parent.glob("corpus/*.toml")
}
EVERY = pytest.mark.parametrize("mistake", sorted(CORPUS))


def _what_airflowkit_does(entry: dict[str, Any]) -> tuple[str, str]:
    try:
        checked(entry["call"])
    except PodSpecError as error:
        return "refused", error.problems[0].field
    return "made right", ""


@EVERY
def test_a_mistake_is_refused_or_made_right_when_the_file_is_read(mistake):
    entry = CORPUS[mistake]
    assert _what_airflowkit_does(entry) == (entry["airflowkit"], entry.get("field", ""))


@EVERY
def test_a_refusal_names_dag_task_argument_and_reason(mistake):
    entry = CORPUS[mistake]
    if entry["airflowkit"] != "refused":
        return
    with pytest.raises(PodSpecError) as caught:
        pod_task("task", dag=dag(), **keywords_of(entry["call"]))
    assert str(caught.value).startswith("DAG 'corpus', task 'task': ")
    for problem in caught.value.problems:
        assert problem.field
        assert problem.reason
        assert (problem.dag_id, problem.task_id) == ("corpus", "task")


@EVERY
@pytest.mark.apiserver
def test_the_plain_operator_lets_a_mistake_go_as_far_as_the_corpus_says(mistake):
    assert raw_outcome(CORPUS[mistake]["call"]) == CORPUS[mistake]["raw"]


@pytest.mark.apiserver
@pytest.mark.parametrize(
    "mistake", sorted(name for name, entry in CORPUS.items() if entry["airflowkit"] == "made right")
)
def test_what_is_made_right_is_taken_by_the_api_server(mistake):
    reason = refusal(checked(CORPUS[mistake]["call"]))
    assert not reason or any(known in reason for known in CLUSTER_KNOWS)
