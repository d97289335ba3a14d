"""Azure Blob Storage, in and out.

`write` puts a blob into the storage, `wait` is a sensor of Airflow's provider (the extra `azure`), and `read` gets the
blob. The data goes straight between pod and storage; through Airflow goes only the blob's name.

The pods have the storage's connection string from a Secret. The sensor has Airflow's connection `wasb_default`. In
`airflowkit run` both lead to Azurite, which must be running: `npx azurite-blob --inMemoryPersistence
--skipApiVersionCheck`.
"""

from datetime import datetime, timedelta

from airflow.providers.microsoft.azure.sensors.wasb import WasbBlobSensor
from airflow.sdk import DAG

from airflowkit import SecretEnv, dag_args, default_args, pod_task, teams_failure

CONTAINER = "orders"
BLOB = "{{ dag_run.run_after | ds }}.csv"
POD = {
    "image": "registry.example.com/blob-orders:1.0.0",  # scripts/azure_blob
    "image_pull_secrets": ["regcred"],
    "cmds": ["python3", "/app/main.py"],
    "secrets": [SecretEnv("AZURE_STORAGE_CONNECTION_STRING", secret="blob-storage", key="connection_string")],
}

with DAG(
    "azure_blob",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    default_args=default_args("standard", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("standard"),
) as dag:
    write = pod_task("write", arguments=["write", CONTAINER, BLOB], **POD)
    wait = WasbBlobSensor(
        task_id="wait",
        wasb_conn_id="wasb_default",
        container_name=CONTAINER,
        blob_name=BLOB,
        # It waits in the triggerer, and takes no worker.
        deferrable=True,
        poke_interval=60,
        timeout=timedelta(hours=6),
    )
    read = pod_task("read", arguments=["read", CONTAINER, BLOB], **POD)
    write >> wait >> read
