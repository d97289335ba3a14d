"""Move orders to a blob and back: python3 main.py write|read CONTAINER BLOB."""

import os
import sys
from contextlib import suppress

from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import BlobServiceClient

ORDERS = "berlin,120\nlyon,80\n"


def main(command: str, container_name: str, blob: str) -> None:
    """Write the blob, or read it."""
    service = BlobServiceClient.from_connection_string(os.environ["AZURE_STORAGE_CONNECTION_STRING"])
    container = service.get_container_client(container_name)
    if command == "write":
        with suppress(ResourceExistsError):
            container.create_container()
        container.upload_blob(blob, ORDERS, overwrite=True)  # a second try writes the same blob again
        print(f"wrote {container_name}/{blob}")
    else:
        orders = container.download_blob(blob, encoding="utf-8").readall().splitlines()
        print(f"read {len(orders)} orders from {container_name}/{blob}")


if __name__ == "__main__":
    main(*sys.argv[1:])
