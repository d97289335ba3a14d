"""The webhook in an Airflow connection: where its URL is, what is wrong with it, and which parts are secret."""

from __future__ import annotations

from dataclasses import dataclass, field
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
    return DeliveryError(
        f"cannot read the Airflow connection {conn_id!r} ({type(error).__name__})",
        hint=f"define it where this process runs ({_WORKFLOW}), or set {connection_variable(conn_id)}",
    )


def _webhook(conn_id: str, connection: object, url: str, warnings: tuple[str, ...]) -> Webhook:
    _refuse_unusable(conn_id, url)
    extra = _extra(connection)
    verify = look(extra, "verify")
    return Webhook(
        url=url.replace("&amp;", "&"),
        proxy=text(extra, "proxy"),
        timeout=_seconds(look(extra, "timeout")),
        verify=verify if isinstance(verify, bool | str) else None,
        warnings=(*warnings, *_warnings(conn_id, url)),
    )


def _find_url(connection: object, conn_id: str) -> tuple[str, tuple[str, ...]]:
    """Return the URL, and a warning unless it is in the password."""
    password, extra = text(connection, "password").strip(), _extra(connection)
    if password:
        return _with_scheme(password), ()
    if webhook_url := text(extra, "webhook_url").strip():
        return _with_scheme(webhook_url), ()
    host = text(connection, "host").strip()
    if not host:
        raise DeliveryError(f"connection {conn_id!r} has no webhook URL", hint=_WORKFLOW)
    warning = (
        f"connection {conn_id!r}: the webhook's URL is in its host, which Airflow does not mask in logs; "
        "move the whole URL to its password"
    )
    return _old_style(connection, host, extra), (warning,)


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
