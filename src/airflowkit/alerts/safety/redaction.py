"""Secrets kept out of cards and logs: Airflow's masker, and patterns for what it was never told."""

from __future__ import annotations

import logging
import os
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_MASK: Final = "***"
_READ_AT_MOST: Final = 100_000
"""Characters of a foreign text that are looked at: its head and its tail. What is shown is far less."""

_PATTERNS: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # A connection URI's user and password.
        (r"(?<=://)[^\s/'\"]+@", f"{_MASK}@"),
        # The signature of a webhook or of an Azure shared access URL.
        (r"(?i)\b(sig|signature)=[^\s&'\"]+", rf"\1={_MASK}"),
        (r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}", rf"\1 {_MASK}"),
        # password=…, "api_key": "…", AccountKey=…
        (
            (
                r"(?i)((?:password|passwd|pwd|secret|token|api[_-]?key|account[_-]?key|access[_-]?key|credential)s?"
                r"[\"']?\s*(?:=|:(?=\s*[\"']))\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&\"')]+)"
            ),
            rf"\1{_MASK}",
        ),
        # An environment value in a pod that somebody printed.
        (r"('value':\s*)(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", rf"\1'{_MASK}'"),
        (r"(\"value\":\s*)\"(?:[^\"\\]|\\.)*\"", rf'\1"{_MASK}"'),
    )
)
_SENSITIVE_NAME: Final = re.compile(
    r"(?i)password|passwd|passphrase|secret|token|api_?key|access_?key|account_?key|private_?key|credential|fernet"
    r"|sql_alchemy_conn|connection_string|^AIRFLOW_CONN_"
)
_SHORTEST_SECRET: Final = 6
_CHATTY: Final = ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry", "requests.packages.urllib3")


class RedactingFilter(logging.Filter):
    """Redacts what airflowkit says itself, and urllib3 at DEBUG: it prints the path, which holds the signature."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the record; it always passes."""
        record.msg, record.args = redact(record.getMessage()), ()
        return True


_FILTER: Final = RedactingFilter()

log: Final = logging.getLogger("airflowkit.alerts")
log.addFilter(_FILTER)


def redact(text: object) -> str:
    """Return a foreign text without the secrets that Airflow knows, and without what looks like one."""
    from airflow.providers.common.compat.sdk import redact as redact_known

    shown = _bounded(str(text))
    # First, because a masker that was told of a secret "password" would leave `***=hunter2` of `password=hunter2`.
    for pattern, replacement in _PATTERNS:
        shown = pattern.sub(replacement, shown)
    for value in _sensitive_environment():
        shown = shown.replace(value, _MASK)
    return str(redact_known(shown))


def mask(secrets: Iterable[str]) -> None:
    """Have Airflow and the HTTP client's loggers keep these secrets out of every log."""
    from airflow.providers.common.compat.sdk import mask_secret

    for secret in secrets:
        mask_secret(secret)
    _quieten()


async def mask_async(secrets: Iterable[str]) -> None:
    """Do as `mask` where an event loop runs: in the triggerer, whose supervisor may not be asked in between."""
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


def _bounded(text: str) -> str:
    half = _READ_AT_MOST // 2
    return text if len(text) <= _READ_AT_MOST else f"{text[:half]}\n…\n{text[-half:]}"


def _sensitive_environment() -> list[str]:
    """Return the values of sensitive environment variables, the longest first: one may hold another."""
    values = {
        value for name, value in os.environ.items() if len(value) >= _SHORTEST_SECRET and _SENSITIVE_NAME.search(name)
    }
    return sorted(values, key=len, reverse=True)
