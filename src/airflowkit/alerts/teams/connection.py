"""The webhook in an Airflow connection: where its URL is, what is wrong with it, and which parts are secret."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, quote, unquote, urlencode, urlsplit

from airflowkit._airflow import connection_variable
from airflowkit.alerts.facts.links import is_loopback
from airflowkit.alerts.safety.lenient import look, number, text
from airflowkit.alerts.safety.log import mask, mask_async
from airflowkit.errors import DeliveryError
from airflowkit.redaction import SHORTEST_SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WORKFLOW: Final = (
    "create a workflow in Teams (channel > Workflows > 'Send webhook alerts to a channel'), "
    "and put its URL in the connection's password"
)
_ADDRESS: Final = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?/\S")
"""A URL without its scheme."""
_LONG_PATH: Final = 24
"""A shorter path may be an ordinary word, which would be masked in every log."""
_EXTRAS: Final = frozenset({"proxy", "timeout", "verify", "webhook_url", "webhook_token"})


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where and how cards are posted. Only the host of the URL is ever shown.

    Attributes:
        url: The whole URL; its query contains the secret signature.
        proxy: A proxy's URL; it may contain a password.
        timeout: Seconds that one attempt may wait for a response.
        verify: Whether the server's certificate is checked, or the CA file for it; None follows the environment.
        warnings: What is probably wrong, in one sentence each.
    """

    url: str = field(repr=False)
    proxy: str = field(default="", repr=False)
    timeout: float = 5.0
    verify: bool | str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """The URL's host, the only part that may be shown."""
        return urlsplit(self.url).hostname or ""


def read_webhook(conn_id: str) -> Webhook:
    """Return the webhook of a connection.

    Args:
        conn_id: The connection; its `password` is the whole URL.

    Raises:
        DeliveryError: There is no such connection, or it has no usable URL.
    """
    from airflow.providers.common.compat.sdk import BaseHook

    try:
        connection = BaseHook.get_connection(conn_id)
    except Exception as error:  # noqa: BLE001  each secrets backend has its own
        fault = _missing(conn_id, error)
    else:
        url, warnings = _find_url(connection, conn_id)
        mask(_secrets(url, text(_extra(connection), "proxy")))
        return _webhook(conn_id, connection, url, warnings)
    raise fault


async def read_webhook_async(conn_id: str) -> Webhook:
    """Return the webhook of a connection, in an event loop: in the triggerer."""
    from airflow.providers.common.compat.sdk import BaseHook

    if not hasattr(BaseHook, "aget_connection"):
        return read_webhook(conn_id)
    try:
        connection = await BaseHook.aget_connection(conn_id)
    except Exception as error:  # noqa: BLE001  each secrets backend has its own
        fault = _missing(conn_id, error)
    else:
        url, warnings = _find_url(connection, conn_id)
        await mask_async(_secrets(url, text(_extra(connection), "proxy")))
        return _webhook(conn_id, connection, url, warnings)
    raise fault


def _missing(conn_id: str, error: Exception) -> DeliveryError:
    variable = connection_variable(conn_id)
    if malformed := _malformed(os.environ.get(variable, "")):  # Airflow logs it, and finds no connection
        return DeliveryError(f"{variable} is not valid JSON: {malformed}", hint="correct the variable")
    return DeliveryError(
        f"cannot read the Airflow connection {conn_id!r} ({type(error).__name__})",
        hint=f"define it where this process runs ({_WORKFLOW}), or set {variable}",
    )


def _malformed(text: str) -> str:
    """Return what the JSON parser complains of, without the text; empty if it is valid, or no JSON at all."""
    try:
        json.loads(text) if text.lstrip().startswith("{") else None
    except json.JSONDecodeError as error:
        return f"{error.msg}: line {error.lineno} column {error.colno}"
    return ""


def _webhook(conn_id: str, connection: object, url: str, warnings: tuple[str, ...]) -> Webhook:
    _refuse_unusable(conn_id, url)
    extra = _extra(connection)
    _refuse_malformed(conn_id, connection)
    verify = _verify(conn_id, extra)
    return Webhook(
        url=url.replace("&amp;", "&"),
        proxy=text(extra, "proxy"),
        timeout=_seconds(look(extra, "timeout")),
        verify=verify,
        warnings=(*warnings, *_warnings(conn_id, url)),
    )


def _find_url(connection: object, conn_id: str) -> tuple[str, tuple[str, ...]]:
    """Return the URL, and a warning unless it is in the password."""
    password, extra = text(connection, "password").strip(), _extra(connection)
    host = text(connection, "host").strip()
    if password and _is_address(password, beside_host=bool(host)):
        return _with_scheme(password), ()
    if webhook_url := text(extra, "webhook_url").strip():
        return _with_scheme(webhook_url), ()
    if not host:
        what = "the password of connection {!r} is not a URL" if password else "connection {!r} has no webhook URL"
        raise DeliveryError(what.format(conn_id), hint=_WORKFLOW)
    warning = (
        f"connection {conn_id!r}: the webhook's URL is in its host, which Airflow does not mask in logs; "
        "move the whole URL to its password"
    )
    return _old_style(connection, host, extra), (warning,)


def _is_address(password: str, *, beside_host: bool) -> bool:
    """Return whether a password is the webhook's URL: a plain one taken for a host would be shown and looked up."""
    if "://" in password:
        return True
    return not beside_host and _ADDRESS.match(password) is not None


def _verify(conn_id: str, extra: Mapping[str, Any]) -> bool | str | None:
    verify = look(extra, "verify")
    if isinstance(verify, str) and not Path(verify).exists():
        raise DeliveryError(
            f"connection {conn_id!r}: its extra 'verify' names {verify!r}, which does not exist on this machine",
            hint="correct the path, or install the CA file where alerts are sent from",
        )
    return verify if isinstance(verify, bool | str) else None


def _refuse_malformed(conn_id: str, connection: object) -> None:
    """Refuse an extra that is not JSON: Airflow logs that and continues without it."""
    extra = look(connection, "extra")
    if isinstance(extra, str) and (malformed := _malformed(extra)):
        what = f"connection {conn_id!r}: its extra is not valid JSON: {malformed}"
        raise DeliveryError(what, hint="correct the extra")


def _old_style(connection: object, host: str, extra: Mapping[str, Any]) -> str:
    """Return the URL of a connection as older tutorials show it, or as Airflow reads it from a URI."""
    token = text(extra, "webhook_token").strip()
    if token:
        return f"{_with_scheme(host).rstrip('/')}/{token.lstrip('/')}"
    scheme = _scheme(connection, host)
    if "/" in host.rpartition("://")[2] or "?" in host:
        return _with_scheme(host, scheme)
    port, path = number(connection, "port"), text(connection, "schema")
    path = "" if path in {"http", "https"} else path
    query = urlencode({key: value for key, value in extra.items() if key not in _EXTRAS})
    return f"{_with_scheme(host, scheme)}{f':{port}' if port else ''}/{quote(path)}{'?' if query else ''}{query}"


def _scheme(connection: object, host: str) -> str:
    """Return http only for a receiver on this machine: a webhook's URL is a secret."""
    plain = (
        "http" in {text(connection, "schema"), text(connection, "conn_type")} and text(connection, "schema") != "https"
    )
    return "http" if plain and is_loopback(f"http://{host}") else "https"


def _with_scheme(address: str, scheme: str = "https") -> str:
    return address if "://" in address else f"{scheme}://{address}"


def _extra(connection: object) -> Mapping[str, Any]:
    extra = look(connection, "extra_dejson")
    return extra if isinstance(extra, dict) else {}


def _seconds(value: object) -> float:
    try:
        seconds = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return 5.0
    return min(max(seconds, 0.1), 15.0)


def _refuse_unusable(conn_id: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host, parts = "", SplitResult("", "", "", "", "")
    if not host or parts.scheme not in {"http", "https"}:
        raise DeliveryError(f"connection {conn_id!r} has no valid URL", hint=_WORKFLOW)
    if _is_dead(host, parts.path):
        raise DeliveryError(
            f"connection {conn_id!r} points to {host}: Microsoft turned Office 365 connectors off in May 2026",
            hint=_WORKFLOW,
        )
    if parts.scheme == "http" and not is_loopback(url):
        raise DeliveryError(f"connection {conn_id!r} points to {host} without encryption", hint="use https://")


def _is_dead(host: str, path: str) -> bool:
    connector = host == "outlook.office.com" and path.startswith("/webhook")
    return connector or host == "webhook.office.com" or host.endswith(".webhook.office.com")


def _warnings(conn_id: str, url: str) -> Iterator[str]:
    if "&amp;" in url:
        yield f"connection {conn_id!r}: the URL contains '&amp;', copied from a web page; it is read as '&'"
    if "sig=" not in url:
        yield f"connection {conn_id!r}: the URL has no 'sig=': copy all of it, and let 'Anyone' trigger the flow"
    if (urlsplit(url).hostname or "").endswith(".logic.azure.com"):
        yield (
            f"connection {conn_id!r}: the address ends in logic.azure.com, which Microsoft turned off for Teams "
            "workflows on 2025-11-30; unless it is an Azure Logic App's, copy the workflow's URL again"
        )


def _secrets(url: str, proxy: str) -> list[str]:
    """Return every form in which the URL's secrets may appear in text, the longest first."""
    try:
        parts = urlsplit(url.replace("&amp;", "&"))
    except ValueError:
        return [url]
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    values = [pair.partition("=")[2] for pair in parts.query.split("&") if pair.startswith(("sig=", "code="))]
    forms = {form for value in values for form in (value, unquote(value), quote(unquote(value), safe=""))}
    paths = {parts.path} if len(parts.path) >= _LONG_PATH else set()
    found = {url, url.replace("&amp;", "&"), proxy, parts.query, *paths, *forms, *([target] if parts.query else [])}
    return sorted((secret for secret in found if len(secret) >= SHORTEST_SECRET), key=len, reverse=True)
