"""Keeps secrets out of what airflowkit shows: which names and values look like one, and how text is masked.

Airflow's own masker knows the secrets that passed through it. The tables below catch the others; extend them here
and nowhere else. A new row of `SHAPES` needs an example, and the tests walk the table.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MASK: Final = "***"
SHORTEST_SECRET: Final = 6
"""Characters; masking shorter values would make text unreadable and protect nothing."""

_SHORTEST_PLAIN: Final = 4
"""The shortest value of a pod's plain environment that is masked as a word; `1` and `dev` stay."""
_LONG_ENOUGH_ANYWHERE: Final = 8
"""From this length on, such a value is masked inside words too."""
_MAX_TEXT: Final = 100_000
"""Characters of a text that are searched: its head and its tail. What is shown is far less."""

_WORDS: Final = (
    r"passw(?:ord|ort|d)?|passphrase|secret|token|credential|(?:api|access|account|private)[_-]?key"
    r"|fernet(?:[_-]?key)?|conn(?:ection)?[_-]?str(?:ing)?|sql_alchemy_conn"
)
"""The vocabulary: what the name of a secret contains."""
_ABBREVIATIONS: Final = "pwd|sas"
"""Only as a whole part of a name: PWD is a folder, and DISASTER contains `sas`."""

_MAYBE: Final = re.compile(
    rf"(?i){_WORDS}|(?<=[_.-])(?:{_ABBREVIATIONS})(?![^\W_])|\bAIRFLOW_CONN_",
)
_SURELY: Final = re.compile(rf"(?i)(?:^|_)(?:{_WORDS}|credentials|{_ABBREVIATIONS})$")


class Shape(NamedTuple):
    """A shape by which a secret is recognized in text.

    Attributes:
        name: What has this shape.
        pattern: Finds it, in linear time.
        replacement: What is shown instead.
        example: A text with one.
        secret: The part of the example that must never be shown.
        alone: Whether a value of this shape is surely a secret, whatever its name.
    """

    name: str
    pattern: re.Pattern[str]
    replacement: str
    example: str
    secret: str
    alone: bool = False


SHAPES: Final = (
    Shape(
        "PEM private key",
        re.compile(
            r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?:(?!-----END)[\s\\\w+/=:,-])*"
            r"(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?"
        ),
        MASK,
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIB+AAKC/AQEA\n-----END RSA PRIVATE KEY-----",
        "MIIEowIB+AAKC/AQEA",
        alone=True,
    ),
    Shape(
        "URI with a password",
        re.compile(r"(?<=://)[^\s/'\":@]+:[^\s/'\"]+@"),
        f"{MASK}@",
        "postgresql://etl:hunter2@db:5432/orders",
        "hunter2",
        alone=True,
    ),
    Shape(
        "URI with a token as its user",
        re.compile(r"(?<=://)[^\s/'\"]+@"),
        f"{MASK}@",
        "https://hunter2@git.example.com/dags.git",
        "hunter2",
    ),
    Shape(
        "AWS access key id",
        re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
        MASK,
        "AKIAIOSFODNN7EXAMPLE",
        "AKIAIOSFODNN7EXAMPLE",
        alone=True,
    ),
    Shape(
        "GitHub token",
        re.compile(r"\bgh[pousr]_\w{30,}"),
        MASK,
        "ghp_0123456789abcdefghijklmnopqrstuvwxyz",
        "0123456789abcdefghijklmnopqrstuvwxyz",
        alone=True,
    ),
    Shape("Slack token", re.compile(r"\bxox[bapr]-[\w-]+"), MASK, "xoxb-123-abcdef", "123-abcdef", alone=True),
    Shape(
        "Azure storage key",
        re.compile(r"(?<=AccountKey=)[^\s;,&\"')]+"),
        MASK,
        "AccountName=a;AccountKey=aGVsbG8=;x=1",
        "aGVsbG8=",
        alone=True,
    ),
    Shape(
        "signature of a webhook or of an Azure shared access URL",
        re.compile(r"(?i)\b(sig|signature)=[^\s&'\"]+"),
        rf"\1={MASK}",
        "https://x.example/y?sv=1.0&sig=abc%2Fdef&z=1",
        "abc%2Fdef",
    ),
    Shape(
        "authorization header",
        re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"),
        rf"\1 {MASK}",
        "Authorization: Bearer abcdef.ghijkl",
        "abcdef.ghijkl",
    ),
    Shape(
        "value with a secret's name",
        re.compile(
            rf"(?i)((?:{_WORDS}|pwd|(?<![^\W_])sas)s?[\"']?\s*(?:=|:(?=\s*[\"']))\s*)"
            r"(\"[^\"]*\"|'[^']*'|[^\s,;&\"')]+)"
        ),
        rf"\1{MASK}",
        '{"db_password": "hun ter2"}',
        "hun ter2",
    ),
    Shape(
        "environment value in a printed pod",
        re.compile(r"('value':\s*)(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"),
        rf"\1'{MASK}'",
        "{'name': 'DB', 'value': 'hunter2', 'value_from': None}",
        "hunter2",
    ),
    Shape(
        "environment value in a pod printed as JSON",
        re.compile(r"(\"value\":\s*)\"(?:[^\"\\]|\\.)*\""),
        rf'\1"{MASK}"',
        '{"name": "DB", "value": "hunter2"}',
        "hunter2",
    ),
)
"""In the order in which they are masked."""


def may_name_secret(name: str) -> bool:
    """Return whether a variable's value should not be shown: its name contains a word of the vocabulary.

    Example:
        >>> may_name_secret("TOKEN_URL"), may_name_secret("LOG_LEVEL")
        (True, False)
    """
    return _MAYBE.search(name) is not None


def names_secret(name: str) -> bool:
    """Return whether a variable surely holds a secret: its name ends in a word of the vocabulary.

    Example:
        >>> names_secret("DB_PASSWORD"), names_secret("TOKEN_URL")
        (True, False)
    """
    return _SURELY.search(name) is not None


def is_secret(value: str) -> bool:
    """Return whether a value is surely a secret, whatever its name.

    Example:
        >>> is_secret("AKIAIOSFODNN7EXAMPLE"), is_secret("orders")
        (True, False)
    """
    return any(shape.alone and shape.pattern.search(value) for shape in SHAPES)


def redact(text: object) -> str:
    """Return foreign text without the secrets that Airflow knows, and without what looks like one."""
    from airflow.providers.common.compat.sdk import redact as redact_known

    shown = _bounded(str(text))
    # Before Airflow's masker: one that knows a secret "password" would leave `***=hunter2` of `password=hunter2`.
    for shape in SHAPES:
        shown = shape.pattern.sub(shape.replacement, shown)
    for value in _sensitive_environment():
        shown = shown.replace(value, MASK)
    return str(redact_known(shown))


def environment_mask(pod: Mapping[str, Any]) -> Callable[[str], str]:
    """Return a function that masks the values of a pod's environment variables in a text.

    Values from a Secret or a ConfigMap are not in the pod, so they are not known here.
    """
    patterns = sorted(set(_environment_patterns(pod)), key=len, reverse=True)  # one value may contain another
    if not patterns:
        return lambda text: text
    values = re.compile("|".join(patterns))
    return lambda text: values.sub(MASK, text)


def _environment_patterns(pod: Mapping[str, Any]) -> Iterator[str]:
    spec = pod["spec"]
    for container in (*(spec.get("initContainers") or ()), *spec["containers"]):
        for variable in container.get("env") or ():
            for line in (variable.get("value") or "").splitlines():
                if len(line) >= _LONG_ENOUGH_ANYWHERE:
                    yield re.escape(line)
                elif len(line) >= _SHORTEST_PLAIN:
                    yield rf"(?<!\w){re.escape(line)}(?!\w)"


def _bounded(text: str) -> str:
    half = _MAX_TEXT // 2
    return text if len(text) <= _MAX_TEXT else f"{text[:half]}\n…\n{text[-half:]}"


def _sensitive_environment() -> list[str]:
    """Return the values of this process's sensitive variables, the longest first: one may contain another."""
    values = {value for name, value in os.environ.items() if len(value) >= SHORTEST_SECRET and may_name_secret(name)}
    return sorted(values, key=len, reverse=True)
