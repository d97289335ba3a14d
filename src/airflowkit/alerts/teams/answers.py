"""What the response to a posted card means: accepted, transient, too large or refused, and what to do about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import requests

_MAX_SEARCHED: Final = 4096
_TRANSIENT: Final = frozenset({408, 425, 429})
_SERVER_ERROR: Final = 500
_EMBEDDED: Final = re.compile(rb"HTTP error (\d{3})")
_WEB_PAGE: Final = re.compile(rb"(?i)\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html)\b")

_HINTS: Final = {
    400: "Teams could not read the request: copy the workflow's whole URL again, with its api-version",
    401: "the signature is missing or damaged, or the flow's trigger is not open to 'Anyone': copy the URL again",
    403: "the signature is missing or damaged, or the flow's trigger is not open to 'Anyone': copy the URL again",
    404: "the flow was deleted or switched off, or its URL is of the old kind: copy the URL again",
    413: "the card is too large even in its smallest form",
    429: "Teams accepts 25 posts in five minutes: use one alert per run (on the DAG) instead of one per task",
}


_MISSING_BUNDLE: Final = re.compile(r"CA certificate bundle, invalid path: (\S+)")
"""How requests says it, in a plain OSError."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy between this machine and Teams.

    Attributes:
        address: Its host and port, without user and password.
        origin: Where it is set.
    """

    address: str
    origin: str


class Verdict(Enum):
    """What a response means."""

    ACCEPTED = "accepted"
    TRANSIENT = "transient"
    TOO_LARGE = "too large"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of one attempt.

    Attributes:
        verdict: What it means.
        status: The HTTP status, or None without a response.
        problem: What is wrong, without any secret.
        hint: What to do about it.
        retry_after: Seconds to wait before the next attempt, if the server said so.
        timed_out: Whether the server took the request and then did not respond.
    """

    verdict: Verdict
    status: int | None = None
    problem: str = ""
    hint: str = ""
    retry_after: float | None = None
    timed_out: bool = False


def judge(response: requests.Response, host: str) -> Answer:
    """Judge a server's response; `host` is the only part of the URL that may be shown."""
    if response.history:
        return Answer(
            Verdict.REFUSED,
            response.history[0].status_code,
            f"{host} redirects to another address, which a webhook does not do",
            "copy the workflow's URL again, and look for a proxy or a sign-in page in between",
        )
    status = _actual_status(response)
    if status < 300:  # noqa: PLR2004  success
        return _web_page(status, host) if _is_web_page(response) else Answer(Verdict.ACCEPTED, status)
    problem = f"{host} answered HTTP {status}"
    if status == 413:  # noqa: PLR2004  content too large
        return Answer(Verdict.TOO_LARGE, status, problem, _HINTS[413])
    if status in _TRANSIENT or status >= _SERVER_ERROR:
        return Answer(Verdict.TRANSIENT, status, problem, _HINTS.get(status, ""), _retry_after(response))
    hint = _HINTS.get(status, "")
    if status in {401, 403} and "Authorization" in response.request.headers:
        hint = f"a .netrc file adds a password for {host}, which a webhook open to 'Anyone' refuses: remove the entry"
    return Answer(Verdict.REFUSED, status, problem, hint)


def _is_web_page(response: requests.Response) -> bool:
    is_html = response.headers.get("Content-Type", "").strip().lower().startswith("text/html")
    return (is_html and bool(response.content.strip())) or _WEB_PAGE.match(response.content[:_MAX_SEARCHED]) is not None


def _web_page(status: int, host: str) -> Answer:
    """Return that a page came instead of an acknowledgement: Teams answers in JSON or not at all."""
    hint = "open the address from this machine: a proxy or a sign-in page may be in between"
    return Answer(Verdict.REFUSED, status, f"{host} answered with a web page instead of taking the card", hint)


def network_failure(error: Exception, host: str, proxy: Proxy | None = None) -> Answer:
    """Judge a failed request. The exception's text contains the URL, so none of it is shown.

    Args:
        error: The exception.
        host: The webhook's host.
        proxy: The proxy in between, if there is one.
    """
    import requests

    text = str(error).lower()
    if isinstance(error, requests.exceptions.SSLError):
        why = "its certificate is not trusted" if "certificate" in text else "TLS failed"
        hint = "set your CA file in the connection's extra 'verify', or in REQUESTS_CA_BUNDLE"
        return Answer(Verdict.REFUSED, None, f"cannot talk to {host}: {why}", hint)
    if isinstance(error, requests.exceptions.TooManyRedirects):
        return Answer(Verdict.REFUSED, None, f"{host} redirects in a loop", "copy the workflow's URL again")
    if isinstance(error, requests.exceptions.ReadTimeout):
        return Answer(Verdict.TRANSIENT, None, f"{host} took the card but did not respond in time", timed_out=True)
    if isinstance(error, requests.exceptions.ProxyError):
        return _proxy_failure(text, proxy or Proxy("", "the connection's extra 'proxy'"))
    if isinstance(error, requests.exceptions.ConnectionError | requests.exceptions.ChunkedEncodingError):
        hint = f"check that this machine may reach {host}, from the worker and from the DAG processor"
        return Answer(Verdict.TRANSIENT, None, f"cannot reach {host}: {_network_reason(text)}", hint)
    return _local_failure(error, host)


def _local_failure(error: Exception, host: str) -> Answer:
    if bundle := _MISSING_BUNDLE.search(str(error)):
        hint = "correct REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE or the connection's extra 'verify', or install the file"
        return Answer(Verdict.REFUSED, None, f"the CA file {bundle[1]} does not exist on this machine", hint)
    return Answer(Verdict.REFUSED, None, f"the request to {host} failed: {type(error).__name__}")


def _proxy_failure(text: str, proxy: Proxy) -> Answer:
    name = f"the proxy {proxy.address}" if proxy.address else "the proxy"
    if "407" in text:
        return Answer(Verdict.REFUSED, None, f"{name} asks for a user and password", f"add them to {proxy.origin}")
    what = f"{name} cannot be reached: {_network_reason(text)}"
    return Answer(Verdict.TRANSIENT, None, what, f"it is set by {proxy.origin}")


def _network_reason(text: str) -> str:
    signs = {
        "name resolution": ("resolve", "name or service", "nodename", "getaddrinfo"),
        "connection refused": ("refused",),
        "connection timed out": ("timed out", "timeout"),
        "connection reset": ("reset", "aborted", "closed", "incomplete"),
        "no route": ("unreachable", "no route"),
    }
    return next((reason for reason, words in signs.items() if any(word in text for word in words)), "network failure")


def _actual_status(response: requests.Response) -> int:
    """Return the actual status: some responses with 200 report an error in their text (msteams-docs#1810)."""
    status = int(response.status_code)
    found = _EMBEDDED.search(response.content[:_MAX_SEARCHED]) if status < 300 else None  # noqa: PLR2004  success
    return int(found[1]) if found else status


def _retry_after(response: requests.Response) -> float | None:
    """Return the Retry-After header in seconds: it is a number of seconds or an HTTP date."""
    value = response.headers.get("Retry-After", "").strip()
    if not value:
        return None
    if value.isdecimal():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
