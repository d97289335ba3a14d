"""What a fault of ours prints where secrets are at hand."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from traceback import format_exception
from typing import TYPE_CHECKING

import typer

from airflowkit.cli.app import USAGE_ERROR
from airflowkit.deploy.secrets.confidential import without_secrets
from airflowkit.errors import AirflowKitError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def masked_tracebacks() -> Iterator[None]:
    """Print the traceback of a fault of ours without any value that was read."""
    try:
        yield
    except (AirflowKitError, typer.Exit, typer.Abort, USAGE_ERROR):
        raise
    except Exception as error:  # noqa: BLE001  its message may contain anything
        print(without_secrets("".join(format_exception(error))), file=sys.stderr)  # noqa: T201  as Python does
        raise typer.Exit(1) from None
