"""Runs a DAG of a folder with its pods on a real cluster, in an Airflow of its own; prints what came of it as JSON.

`python on_cluster.py DAG FOLDER SCRATCH`, with KUBECONFIG.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from airflowkit.local.worker.airflow_home import environment, prepare_database

dag_id, folder, scratch = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
os.environ |= environment(scratch / "airflow", Path(os.environ["KUBECONFIG"]), folder, verbose=True)
extra = {"xcom_sidecar_container_image": "localhost/busybox:1"}
os.environ["AIRFLOW_CONN_KUBERNETES_DEFAULT"] = json.dumps({"conn_type": "kubernetes", "extra": extra})

from airflowkit import _airflow_run  # noqa: E402  after the environment
from airflowkit.dags import load_dag  # noqa: E402
from airflowkit.pods.diagnostics.diagnosis import XCOM_KEY  # noqa: E402


def left(instance):
    diagnosis = instance.xcom_pull(
        task_ids=instance.task_id, key=XCOM_KEY, map_indexes=instance.map_index, run_id=instance.run_id
    )
    return diagnosis if instance.state == "failed" else None


prepare_database(scratch / "airflow")
loaded = load_dag(dag_id, folder)
_airflow_run.sync_dag(loaded.dag, loaded.path, scratch / "airflow" / "dags")
instances = _airflow_run.task_instances(loaded.dag.test())
states = [[each.task_id, each.map_index, str(each.state), each.try_number] for each in instances]
print("STATES", json.dumps(sorted(states)), flush=True)
print("DIAGNOSES", json.dumps({each.task_id: left(each) for each in instances}), flush=True)
os._exit(0)
