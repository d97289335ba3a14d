"""A value that is never shown: what prints it, logs it or formats it gets a mask."""

from __future__ import annotations

import base64
import re
from typing import Final

from airflowkit.secret_shapes import MASK

_SHORTEST_MASKED: Final = 4
"""Bytes; masking shorter values would make text unreadable and protect nothing."""
_SNIPPET: Final = re.compile(r"(?:error found in|bigger context).*", re.DOTALL)
"""Kubernetes' JSON decoder quotes what it could not read."""

_texts: set[str] = set()


class Confidential:
    """The bytes of one key of a Secret.

    Examples:
        >>> str(Confidential(b"hunter2")), repr(Confidential(b"hunter2"))
        ('***', 'Confidential(***)')
    """

    __slots__ = ("_content",)

    def __init__(self, content: bytes) -> None:
        self._content = content
        _texts.update(_forms(content))

    @classmethod
    def of_text(cls, text: str) -> Confidential:
        """Return a text as a value."""
        return cls(text.encode())

    @classmethod
    def of_base64(cls, encoded: str) -> Confidential:
        """Return a value as the Kubernetes API encodes it."""
        return cls(base64.b64decode(encoded))

    def reveal(self) -> bytes:
        """Return the bytes, for the one place that hands them on."""
        return self._content

    def text(self) -> str:
        """Return the value as text.

        Raises:
            UnicodeDecodeError: It is not UTF-8.
        """
        return self._content.decode()

    def base64(self) -> str:
        """Return the value as the Kubernetes API encodes it."""
        return base64.b64encode(self._content).decode()

    def __bool__(self) -> bool:
        return bool(self._content)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Confidential) and self._content == other._content

    def __hash__(self) -> int:
        return hash(self._content)

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return f"Confidential({MASK})"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a confidential value cannot be pickled")


def without_secrets(text: str) -> str:
    """Return a foreign text, such as what kubectl says, without any value that this process has read or made."""
    for known in sorted(_texts, key=len, reverse=True):  # one value may contain another
        text = text.replace(known, MASK)
    return _SNIPPET.sub(MASK, text)


def _forms(content: bytes) -> set[str]:
    """Return the texts by which a value could be shown: itself, its lines, and their encodings."""
    text = content.decode(errors="replace")
    parts = {text, text.strip(), *(line.strip() for line in text.splitlines())}
    encoded = {base64.b64encode(content).decode(), repr(text)[1:-1]}
    return {part for part in (*parts, *encoded) if len(part.encode()) >= _SHORTEST_MASKED}
