"""Harmless requests: a path without meaning, or a page for monitoring; nothing is posted."""

from __future__ import annotations

import json
from typing import Any, Final

from urllib3.exceptions import HTTPError

_TIMEOUT: Final = 10
_LARGEST: Final = 1_000_000


def unanswered(url: str, *, proxy: str = "", verify: bool | str | None = None) -> str:
    """Return why a host does not answer, or an empty string: any status is an answer.

    Args:
        url: A URL of the host; nothing secret may be in it.
        proxy: The proxy to go through; by default the environment's.
        verify: Whether the certificate is checked, or a file with the authorities; None follows the environment.
    """
    from requests import head

    proxies = {"http": proxy, "https": proxy} if proxy else None
    try:
        head(url, timeout=_TIMEOUT, proxies=proxies, verify=verify).close()
    except (OSError, ValueError) as error:  # requests' own are OSErrors, too
        return _reason(error)
    return ""


def json_of(url: str) -> dict[str, Any]:
    """Return the object that a URL answers with, or an empty one."""
    from requests import get

    try:
        with get(url, timeout=_TIMEOUT, stream=True) as answer:
            given = json.loads(answer.raw.read(_LARGEST, decode_content=True))
    except (HTTPError, OSError, ValueError):  # requests' own are OSErrors, too
        return {}
    return given if isinstance(given, dict) else {}


def _reason(error: BaseException) -> str:
    """Return the innermost reason: what is around it names the URL."""
    around = (getattr(error, "reason", None), error.__cause__, *error.args)
    if inner := next((each for each in around if isinstance(each, BaseException)), None):
        return _reason(inner)
    return str(getattr(error, "verify_message", "") or getattr(error, "strerror", "") or type(error).__name__)
