"""Foreign text made fit for a card: clean and short; and times and durations in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from airflowkit.redaction import redact

if TYPE_CHECKING:
    from datetime import datetime, timedelta

_UNPRINTABLE: Final = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


def presentable(text: object, limit: int) -> str:
    """Return a text redacted, without control characters and lone surrogates, and cut to a length."""
    return shortened(_UNPRINTABLE.sub("", redact(text).replace("\r\n", "\n")).strip(), limit)


def one_line(text: object, limit: int) -> str:
    """Return the first line of a presentable text that is not empty."""
    lines = (line.strip() for line in presentable(text, 10 * limit).splitlines())
    return shortened(next((line for line in lines if line), ""), limit)


def shortened(text: str, limit: int) -> str:
    """Cut a text to `limit` characters, with an ellipsis."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def moment(time: datetime) -> str:
    """Return a time as `2026-11-20 02:00 UTC`."""
    return time.strftime("%Y-%m-%d %H:%M %Z").rstrip()


def duration(length: timedelta) -> str:
    """Return a duration as `4 m 12 s`: the two largest units."""
    seconds = max(0, round(length.total_seconds()))
    units = (("d", _DAY), ("h", _HOUR), ("m", _MINUTE), ("s", 1))
    parts = []
    for unit, size in units:
        count, seconds = divmod(seconds, size)
        parts.append((count, unit))
    first = next((index for index, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count) or "0 s"
