"""On which line `airflowkit explain` finds what a layer sets."""

from __future__ import annotations

import pytest

from airflowkit.pods.explain import explain_pod

HEAD = """\
from datetime import datetime
from airflow.providers.common.compat.sdk import DAG
from airflowkit import default_args, pod_task

ARGS = {
    "labels": {"team": "finance"},
}
"""
TASKS = """\
    pod_task("load", image="orders:1", namespace="n", cmds=["load"])
    pod_task("report", image="orders:1", namespace="n", cmds=["report"], labels={"team": "reporting"})
"""
DAG = 'with DAG("orders", schedule=None, start_date=datetime(2026, 1, 1), default_args={}) as dag:\n'


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("ARGS", 6),
        ('{"labels": {"team": "finance"}}', 8),
        ('default_args("standard", owner="finance", labels={"team": "finance"})', 8),
        ('dict(labels={"team": "finance"})', 8),
        ('{**ARGS, "retries": 2}', None),
        ('{"labels": {"team": "finance"}} | {"retries": 2}', 8),
    ],
)
def test_what_default_args_set_is_found_in_them_and_not_in_another_task(tmp_path, given, line):
    file = tmp_path / "orders.py"
    file.write_text(HEAD + DAG.format(given) + TASKS)
    names = {}
    exec(compile(file.read_text(), file, "exec"), names)
    dag = names["dag"]
    places = {task: {row.field: row.place for row in explain_pod(dag.get_task(task), file)} for task in dag.task_ids}
    assert places["load"]["labels.team"] == (f"orders.py:{line}" if line else "")
    assert places["load"]["cmds"] == "orders.py:9"
    assert places["report"]["labels.team"] == "orders.py:10"
