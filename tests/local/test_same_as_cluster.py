"""The same DAG against a real Kubernetes and against the local run: the same states, the same logs."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from airflowkit.local.process.events import Output

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.namespaces,
    pytest.mark.filterwarnings("ignore:Unverified HTTPS request"),  # the test cluster's own certificate
]

OF_THE_SHELL = re.compile(r"sh: .*|Killed")
"""Lines in which busybox's shell and the computer's differ."""


@pytest.fixture
def objects(repository):
    """The secret and the config map of the DAGs, in the cluster."""
    from kubernetes import client, config

    config.load_kube_config()
    api = client.CoreV1Api()
    tables = tomllib.loads((repository / "airflowkit.local.toml").read_text())
    metadata = client.V1ObjectMeta(name="kinds")
    data = {key: base64.b64encode(value.encode()).decode() for key, value in tables["secrets"]["kinds"].items()}
    replace(api, "secret", client.V1Secret(metadata=metadata, data=data))
    replace(api, "config_map", client.V1ConfigMap(metadata=metadata, data=tables["config_maps"]["kinds"]))


def replace(api, kind, body):
    from kubernetes.client import ApiException

    try:
        getattr(api, f"create_namespaced_{kind}")("default", body)
    except ApiException as error:
        if error.status != 409:
            raise


def pod_lines(text):
    """Return what the operator logged of the pods' containers, without what the shells say in words of their own."""
    messages = re.findall(r"\[base\] (?:logs: )?(.*?)\s*\[airflow\.", text, re.DOTALL)
    return sorted(message for message in messages if not OF_THE_SHELL.fullmatch(message))


def test_the_kinds_of_pods_end_and_log_the_same(objects, repository, run_locally, tmp_path):
    script = Path(__file__).with_name("on_cluster.py")
    command = [sys.executable, script, "kinds", repository / "dags", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, timeout=500, check=True)
    (states,) = re.findall(r"STATES (.*)", done.stdout)
    result, events = run_locally("kinds", verbose=True)
    local = sorted([task.task_id, task.map_index, task.state, task.tries] for task in result.tasks)
    assert local == json.loads(states)
    local_text = "\n".join(event.text for event in events if isinstance(event, Output))
    lines = pod_lines(done.stdout + done.stderr)
    local_lines = pod_lines(local_text)
    assert len(local_lines) > 20
    assert set(local_lines) == set(lines)
    # Where a cluster's node ends a log early the operator reads it again, and its last second's lines come twice.
    assert not Counter(local_lines) - Counter(lines)
