"""The pods of the features' DAG end on a real cluster as they do in a local run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from features.ends import ENDS

TESTS = Path(__file__).parents[1]

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.needs_airflow(3, 1, "a local run"),
    pytest.mark.filterwarnings("ignore:Unverified HTTPS request"),  # the test cluster's own certificate
]


def test_the_pods_end_as_in_a_local_run(tmp_path):
    command = [sys.executable, TESTS / "local" / "on_cluster.py", "pods", TESTS / "features" / "dags", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, timeout=400, check=True)
    (printed,) = re.findall(r"STATES (.*)", done.stdout)
    states = {(task_id, map_index): state for task_id, map_index, state, _tries in json.loads(printed)}
    assert {task_id: states[task_id, -1] for task_id in ENDS["pods"].tasks} == dict(ENDS["pods"].tasks)
    assert {states["mapped", 0], states["mapped", 1]} == {"success"}
    others = [state for (task_id, _), state in states.items() if task_id not in ENDS["pods"].tasks]
    assert set(others) == {"success"}
