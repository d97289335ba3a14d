"""Azure's own emulator of blob storage, on a free port."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Azurite's, which is public: https://learn.microsoft.com/azure/storage/common/storage-connect-azurite."""
INSTALLED = shutil.which("azurite-blob", path=Path(__file__).parent / "node/azurite/node_modules/.bin")
AZURITE = os.environ.get("AZURITE") or INSTALLED or shutil.which("azurite-blob")


def connection_string(port: int) -> str:
    """Return the connection string of Azurite's own account."""
    return (
        f"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={KEY};"
        f"BlobEndpoint=http://127.0.0.1:{port}/devstoreaccount1;"
    )


@contextmanager
def azurite(folder: Path) -> Iterator[int]:
    """Run a blob storage while the block runs; yields its port once it answers."""
    from azure.storage.blob import BlobServiceClient

    port = free_port()
    options = ("--blobPort", str(port), "--location", str(folder), "--skipApiVersionCheck", "--silent")
    command = [str(AZURITE), *options]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        with BlobServiceClient.from_connection_string(
            connection_string(port), retry_total=10, retry_backoff_factor=0.2
        ) as client:
            client.get_service_properties()
        yield port
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
