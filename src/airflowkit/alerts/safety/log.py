"""The logger of the alerts, which redacts what it says, and secrets hidden from everybody else's log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from airflowkit.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterable

_CHATTY: Final = ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry", "requests.packages.urllib3")
"""Loggers that print the webhook's path at DEBUG; the path contains the signature."""


class RedactingFilter(logging.Filter):
    """Redacts each record of a logger."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the record; it always passes."""
        record.msg, record.args = redact(record.getMessage()), ()
        return True


_FILTER: Final = RedactingFilter()

log: Final = logging.getLogger("airflowkit.alerts")
log.addFilter(_FILTER)


def mask(secrets: Iterable[str]) -> None:
    """Keep secrets out of every log: Airflow's own and the HTTP client's."""
    from airflow.providers.common.compat.sdk import mask_secret

    for secret in secrets:
        mask_secret(secret)
    _quieten()


async def mask_async(secrets: Iterable[str]) -> None:
    """Do what `mask` does in an event loop: the triggerer must not be blocked by a request to its supervisor."""
    try:
        from airflow.sdk.log import amask_secret
    except ImportError:  # before 3.3
        mask(secrets)
        return
    for secret in secrets:
        await amask_secret(secret)
    _quieten()


def _quieten() -> None:
    for name in _CHATTY:
        logging.getLogger(name).addFilter(_FILTER)
