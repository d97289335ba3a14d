"""Extract, transform, load: three pods that share a folder.

The orders are on the claim `airflow-data`, which each pod mounts at /data. `extract` reads
its password from one key of a Secret, `load` all keys of one as variables and a certificate
as a file. Each pod has the size that its work needs.
"""

from datetime import datetime

from airflow.sdk import DAG

from airflowkit import (
    ClaimVolume,
    ConfigMapEnvFrom,
    Resources,
    SecretEnv,
    SecretEnvFrom,
    SecretVolume,
    dag_args,
    default_args,
    pod_task,
    teams_failure,
)

IMAGE = "python:3.11-slim"
DATA = ClaimVolume("/data", claim="airflow-data")

EXTRACT = """
import json, os, pathlib

assert os.environ["DB_PASSWORD"], "the Secret orders-db has no password"
orders = [("berlin", 120), ("lyon", 80), ("berlin", 45)]
pathlib.Path("/data/orders-{{ dag_run.run_after | ds }}.json").write_text(json.dumps(orders))
print(f"extracted {len(orders)} orders of region {os.environ['REGION']}")
"""

TRANSFORM = """
import collections, json, pathlib

totals = collections.Counter()
for shop, amount in json.loads(pathlib.Path("/data/orders-{{ dag_run.run_after | ds }}.json").read_text()):
    totals[shop] += amount
pathlib.Path("/data/totals-{{ dag_run.run_after | ds }}.json").write_text(json.dumps(totals))
print(f"transformed them into {len(totals)} totals")
"""

LOAD = """
import json, os, pathlib

assert pathlib.Path("/etc/orders/tls/ca.crt").is_file(), "the Secret orders-tls has no certificate"
totals = json.loads(pathlib.Path("/data/totals-{{ dag_run.run_after | ds }}.json").read_text())
print(f"loaded {len(totals)} totals as {os.environ['DB_USER']}")
"""

with DAG(
    "orders_etl",
    schedule="0 6 * * *",
    start_date=datetime(2026, 1, 1),
    default_args=default_args("standard", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("standard"),
) as dag:
    extract = pod_task(
        "extract",
        image=IMAGE,
        cmds=["python3", "-c"],
        arguments=[EXTRACT],
        secrets=[SecretEnv("DB_PASSWORD", secret="orders-db", key="password")],
        env_from=[ConfigMapEnvFrom(config_map="orders-settings")],
        volumes=[DATA],
    )
    transform = pod_task(
        "transform",
        image=IMAGE,
        cmds=["python3", "-c"],
        arguments=[TRANSFORM],
        resources=Resources(cpu="250m", memory="256Mi"),
        volumes=[DATA],
    )
    load = pod_task(
        "load",
        image=IMAGE,
        cmds=["python3", "-c"],
        arguments=[LOAD],
        secrets=[
            SecretEnvFrom(secret="orders-db", prefix="DB_"),
            SecretVolume("/etc/orders/tls", secret="orders-tls"),
        ],
        resources="large",
        volumes=[DATA],
    )
    extract >> transform >> load
