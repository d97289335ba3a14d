"""Harmless requests: a path without meaning, or a page for monitoring; nothing is posted."""

from __future__ import annotations

import json
import ssl
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

_TIMEOUT: Final = 10
_LARGEST: Final = 1_000_000


def unanswered(url: str, *, proxy: str = "", verify: bool | str | None = None) -> str:
    """Return why a host does not answer, or an empty string: any status is an answer.

    Args:
        url: A URL of the host; nothing secret may be in it.
        proxy: The proxy to go through; by default the environment's.
        verify: Whether the certificate is checked, or a file with the authorities.
    """
    handlers: list[Any] = [HTTPSHandler(context=_context(verify=verify))]
    if proxy:
        handlers.append(ProxyHandler({"http": proxy, "https": proxy}))
    try:
        build_opener(*handlers).open(Request(url, method="HEAD"), timeout=_TIMEOUT).close()  # noqa: S310  http(s) only
    except HTTPError:
        return ""
    except (OSError, HTTPException, ValueError) as error:
        return _reason(error)
    return ""


def json_of(url: str) -> dict[str, Any]:
    """Return the object that a URL answers with, or an empty one."""
    try:
        with build_opener().open(Request(url), timeout=_TIMEOUT) as answer:  # noqa: S310  http(s) only
            given = json.loads(answer.read(_LARGEST))
    except (OSError, HTTPException, ValueError):
        return {}
    return given if isinstance(given, dict) else {}


def _context(*, verify: bool | str | None) -> ssl.SSLContext:
    if verify is False:
        return ssl._create_unverified_context()  # noqa: S323, SLF001  as the connection says
    return ssl.create_default_context(cafile=verify if isinstance(verify, str) else None)


def _reason(error: Exception) -> str:
    cause = getattr(error, "reason", error)
    return str(getattr(cause, "strerror", "") or getattr(cause, "verify_message", "") or type(cause).__name__)
