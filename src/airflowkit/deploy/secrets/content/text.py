"""Texts of one line: passwords, tokens, user names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_PLACEHOLDER: Final = re.compile(
    r"(?i)<[\w .-]+>|change[-_ ]?me|(?-i:(?:YOUR_)?(?:PASSWORD|TOKEN|SECRET|KEY|USER))|x{6,}|\*{3,}|\.{3}"
)
_WELL_KNOWN: Final = frozenset({"admin", "airflow", "password", "secret", "test", "postgres"})
_MIN_RANDOM: Final = 32


class Fault(ValueError):  # noqa: N818  as Kubernetes calls what is wrong with a value
    """What is wrong with a value, as the end of a sentence; it never contains the value or a part of it."""


def one_line(text: str) -> str:
    """Return a text without the newline that editors and `echo` put at the end of a file."""
    line = text.removesuffix("\n").removesuffix("\r")
    if not line.strip():
        raise Fault("is empty")
    if not line.isprintable():
        raise Fault("has more than one line, or a control character")
    if line != line.strip():
        raise Fault("begins or ends with a space")
    if len(line) > 1 and line[0] == line[-1] and line[0] in "\"'`":
        raise Fault("is in quotes: leave them out")
    if _PLACEHOLDER.fullmatch(line):
        raise Fault("is a placeholder")
    return line


def anything(text: str) -> str:
    """Return a text as it is, but without the final newline of a single line."""
    if not text.strip():
        raise Fault("is empty")
    return one_line(text) if text.count("\n") <= 1 and text.rstrip("\r\n").isprintable() else text


def random_text(text: str) -> str:
    """Check a key that signs: short ones can be guessed."""
    line = one_line(text)
    if len(line) < _MIN_RANDOM:
        raise Fault(f"is shorter than {_MIN_RANDOM} characters: generate it, for example with `openssl rand -hex 32`")
    return line


def password(text: str) -> str:
    """Check the password of a user, which the chart hands to `airflow users create` as an argument."""
    line = one_line(text)
    if line.startswith("-"):
        raise Fault("begins with '-', which `airflow users create` takes for an option")
    if line.lower() in _WELL_KNOWN:
        raise Fault("is a password that everybody tries first")
    return line


def basic_auth(text: str) -> str:
    """Check what Flower takes: USER:PASSWORD, several separated by commas (Celery's `--basic-auth`)."""
    line = one_line(text)
    for pair in line.split(","):
        user, _, secret = pair.partition(":")
        if not (user and secret):
            raise Fault("is not USER:PASSWORD; a comma separates users, so no password can contain one")
        password(secret)
    return line


def fernet_keys(text: str) -> str:
    """Check a Fernet key, or several separated by commas, of which the first encrypts.

    Airflow splits at the commas and gives each part to `cryptography.fernet.Fernet`.
    """
    line = one_line(text)
    if not all(re.fullmatch(r"[A-Za-z0-9_+/-]{43}=", key) for key in line.split(",")):
        raise Fault("is not a Fernet key: 32 bytes in URL-safe base64, which is 44 characters")
    return line


def readable(content: bytes) -> str:
    """Return the text of a file, with Unix line ends.

    Raises:
        Fault: It is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Fault("is not UTF-8 text (PowerShell's `>` writes UTF-16)") from None


def text_of(path: Path) -> str:
    """Return the text of a file, with Unix line ends.

    Raises:
        Fault: It cannot be read, or is not UTF-8.
    """
    try:
        return readable(path.expanduser().read_bytes())
    except OSError as error:
        raise Fault(f"cannot be read: {error.strerror}") from None
