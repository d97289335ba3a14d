"""A DAG for each thing that a DAG can do: `check`, `run` and `render` treat it as production does, or say why not."""

from __future__ import annotations

import shutil

import pytest

from airflowkit.errors import LocalRunError
from airflowkit.local.process.events import LogLine, Notice, Output
from features.ends import ENDS, FINDINGS, expected, present, present_files, states

pytestmark = [pytest.mark.needs_airflow(3, 1, "a local run")]
CONVENTIONS = ("AK5", "AK405", "AK404")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("features")
    (root / "airflowkit.toml").touch()
    (root / "dags").mkdir()
    for file in present_files():
        shutil.copy(file, root / "dags")
    return root / "dags"


@pytest.fixture(scope="module")
def airflow():
    from airflowkit.local.worker.warm import WarmAirflow

    with WarmAirflow() as airflow:
        yield airflow


def test_check_finds_what_is_wrong_in_production_and_nothing_else(folder):
    from airflowkit.checks.deployment import check_options
    from airflowkit.checks.engine import check

    report = check([folder], options=check_options(folder), use_cache=False)
    found = {(it.code, it.dag_id): it.message for it in report.findings if not it.code.startswith(CONVENTIONS)}
    assert found.keys() == FINDINGS, found
    assert report.dags == len(present())


def marked(dag_id: str) -> object:
    marks = [pytest.mark.slow] if dag_id not in QUICK else []
    if missing := ENDS[dag_id].missing:
        marks.append(pytest.mark.xfail(reason=missing, strict=True))
    if dag_id == "pods":
        marks.append(pytest.mark.namespaces)
    return pytest.param(dag_id, marks=marks)


QUICK = frozenset({"asset_of_any", "branches", "callbacks", "mapping", "retries", "schedule_cron", "setup_teardown"})
"""Enough for each change; the others are marked slow."""


@pytest.mark.parametrize("dag_id", [marked(dag_id) for dag_id in present()])
def test_a_run_ends_as_in_production(folder, airflow, dag_id):
    from airflowkit.local.run import run_dag

    end, events = ENDS[dag_id], []
    arguments = {"dags_folder": folder, "runtime": "process", "worker": airflow.worker, **end.arguments}
    if end.refused:
        with pytest.raises(LocalRunError, match=end.refused):
            run_dag(dag_id, **arguments)
        return
    result = run_dag(dag_id, on_event=events.append, **arguments)
    texts = [event.text for event in events if isinstance(event, (Output, LogLine))]
    notes = [event.text for event in events if isinstance(event, Notice)]
    assert (result.state, states(result.tasks)) == (end.state, expected(end, result.tasks)), texts
    assert {text for text in end.says if text not in texts} == set(), texts
    assert all(any(words in note for note in notes) for words in end.notes), notes


def test_the_pods_are_rendered(folder):
    from airflowkit.dags import load_dag
    from airflowkit.pods.expansion import is_pod
    from airflowkit.pods.render import render_pod

    pods = [render_pod(task) for task in load_dag("pods", folder).dag.tasks if is_pod(task)]
    assert {pod["spec"]["containers"][0]["image"] for pod in pods} == {"localhost/busybox:1"}
    assert len(pods) == 7
