"""The generated settings take the logs of tasks to a store, where the API finds them, and metrics to who listens."""

from __future__ import annotations

import base64
import json
import random
import shutil
import socket
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from deploy.real.installation import BIN, DAG, free_port, running, wait_for

AZURITE = Path(__file__).parents[2] / "node/azurite/node_modules/.bin/azurite-blob"
ACCOUNT, KEY = "account", base64.b64encode(b"a key of the tests").decode()
BUCKET = "airflow-logs"

pytestmark = [pytest.mark.slow, pytest.mark.needs_airflow(3, 1, "the API")]


@contextmanager
def azurite(folder):
    """Run Azure's emulator of blob storage, and yield a connection to it."""
    from azure.storage.blob import BlobServiceClient

    port = free_port()
    options = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder), "--skipApiVersionCheck"]
    variables = {"PATH": str(Path(shutil.which("node")).parent), "AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"}
    url = f"http://127.0.0.1:{port}/{ACCOUNT}"
    with running([str(AZURITE), *options, "--disableTelemetry"], folder, variables):
        wait_for(lambda: listens(port), "Azurite does not listen")
        BlobServiceClient(url, credential={"account_name": ACCOUNT, "account_key": KEY}).create_container(BUCKET)
        yield {"conn_type": "wasb", "login": ACCOUNT, "password": KEY, "host": url}


@contextmanager
def s3(folder):
    """Run a server with the API of S3, and yield a connection to it."""
    import boto3

    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running([str(BIN / "moto_server"), "-H", "127.0.0.1", "-p", str(port)], folder, {"HOME": str(folder)}):
        wait_for(lambda: listens(port), "the S3 server does not listen")
        login = {"aws_access_key_id": "id", "aws_secret_access_key": "key", "region_name": "us-east-1"}
        boto3.client("s3", endpoint_url=url, **login).create_bucket(Bucket=BUCKET)
        extra = {"region_name": "us-east-1", "endpoint_url": url}
        yield {"conn_type": "aws", "login": "id", "password": "key", "extra": extra}


def listens(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


class Listener:
    """A UDP server at an address of its own, with a port that the values name."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.host = f"127.{random.randint(1, 254)}.{random.randint(1, 254)}.{random.randint(1, 254)}"
        self.socket.bind((self.host, port))
        self.socket.settimeout(0.5)
        self.heard, self.over = [], threading.Event()
        self.thread = threading.Thread(target=self.listen)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *rest):
        self.over.set()
        self.thread.join()
        self.socket.close()

    def listen(self):
        """Take everything at once: the kernel drops what waits for too long."""
        while not self.over.is_set():
            with suppress(TimeoutError):
                self.heard += self.socket.recv(65536).decode().splitlines()

    def named(self, name):
        return [line for line in list(self.heard) if line.startswith(name)]


STORES = {
    "azure": (azurite, "AIRFLOW_CONN_WASB_DEFAULT"),
    "s3": (s3, "AIRFLOW_CONN_AWS_DEFAULT"),
}


@pytest.mark.parametrize(
    ("logs", "metrics", "port"),
    [pytest.param("azure", "statsd", 9125, marks=pytest.mark.azurite), ("s3", "datadog", 8125)],
)
def test_logs_outlive_the_worker_and_metrics_are_heard(install, tmp_path, logs, metrics, port):
    store, connection = STORES[logs]
    with store(tmp_path) as content, Listener(port) as listener:
        given = {f"airflow-connections/{connection}": json.dumps(content)}
        installation = install(given, logs=logs, metrics=metrics)
        installation.places["airflow-statsd"] = installation.fields["status.hostIP"] = listener.host
        installation.deliver("logged.py", DAG.format(dag_id="logged"))
        with installation.running("dagProcessor", "dag-processor"):
            wait_for(lambda: installation.rows("select dag_id from serialized_dag"), "the DAG is not seen")
        with installation.serving(), installation.running("scheduler", "scheduler"):
            run_id, state = installation.ended_run("logged")
            assert state == "success"
            wait_for(lambda: not local_logs(installation), "the local log is not deleted")
            assert "the words of the task" in installation.log("logged", run_id, "say")
            heard = wait_for(lambda: listener.named("airflow.ti_successes"), "no metric of the task")
    assert all("env:prod,service:airflow" in line for line in heard) is (metrics == "datadog")


def local_logs(installation):
    return list((installation.folder / "logs").rglob("attempt=1.log"))
