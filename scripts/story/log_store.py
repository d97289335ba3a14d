"""Azurite on the host, which takes the logs as Azure's Blob Storage does."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import urlopen

from scripts.story.cluster import GATEWAY
from scripts.story.images import STORE
from scripts.story.steps import run, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOST = "logs.example.com"
PORT = 10000
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The account that Azurite has, with the key of its documentation."""
CONTAINER = "airflow-logs"
_ENDPOINT = f"http://{HOST}:{PORT}/{ACCOUNT}"
_CONNECTION_STRING = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={_ENDPOINT};"
CONNECTION = json.dumps({"conn_type": "wasb", "extra": {"connection_string": _CONNECTION_STRING}})
"""Azure's client finds the account's name in an address only if it is one of Azure's own, or an IP address."""


@contextmanager
def log_store(folder: Path) -> Iterator[None]:
    """Serve an empty container while the block runs."""
    program = STORE / "azurite" / "node_modules" / ".bin" / "azurite-blob"
    if not program.exists():
        run("npm", "install", "--silent", "--prefix", STORE / "azurite", "azurite@3")
    folder.mkdir()
    command = [program, "--silent", "--skipApiVersionCheck", "--disableProductStyleUrl", "--location", folder]
    server = subprocess.Popen([*command, "--blobHost", GATEWAY, "--blobPort", str(PORT)])
    try:
        wait_for("Azurite", _answers, seconds=60)
        _create_container()
        yield
    finally:
        server.terminate()
        server.wait()


def _answers() -> bool:
    try:
        urlopen(f"http://{GATEWAY}:{PORT}/{ACCOUNT}", timeout=5)
    except HTTPError:
        return True  # it asks for a signature
    return True


def _create_container() -> None:
    from azure.storage.blob import ContainerClient

    url = f"http://{GATEWAY}:{PORT}/{ACCOUNT}"
    ContainerClient(url, CONTAINER, credential={"account_name": ACCOUNT, "account_key": KEY}).create_container()
