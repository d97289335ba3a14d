"""What has no words on the site: public names, commands, options and settings that nobody has described."""

from __future__ import annotations


class UndocumentedError(Exception):
    """Something public has no description; the build fails."""


def require(text: str | None, what: str) -> str:
    """Return the description of something, in one line.

    Raises:
        UndocumentedError: There is none.
    """
    if not text or not text.strip():
        raise UndocumentedError(f"{what} has no description")
    return " ".join(text.split())
