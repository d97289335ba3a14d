"""Keeps secrets out of what airflowkit shows: which names and values look like one, and how text is masked.

Airflow's own masker knows the secrets that passed through it; the shapes of `secret_shapes` catch the others.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Final

from airflowkit.secret_shapes import ABBREVIATIONS, MASK, SHAPES, WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SHORTEST_SECRET: Final = 6
"""Characters; masking shorter values would make text unreadable and protect nothing."""

_SHORTEST_PLAIN: Final = 4
"""The shortest value of a pod's plain environment that is masked as a word; `1` and `dev` stay."""
_LONG_ENOUGH_ANYWHERE: Final = 8
"""From this length on, such a value is masked inside words too."""
_MAX_TEXT: Final = 100_000
"""Characters of a text that are searched: its head and its tail. What is shown is far less."""

_REFERENCE: Final = re.compile(
    r"[\"']?(?:\{\{.*?\}\}|\$\{[^}]*\}|\$\([^)]*\)|\$\w+|(?<=[\"'])\*{3}(?=[\"']))[\"']?", re.DOTALL
)
"""A template, or a variable of a shell or of Kubernetes."""
_NAME_OF_A_SECRET: Final = re.compile(r"(?i)--?secrets?(?:[-_]name)?\b")
"""An option that names a Kubernetes Secret."""
_MAYBE: Final = re.compile(
    rf"(?i){WORDS}|(?<=[_.-])(?:{ABBREVIATIONS})(?![^\W_])|\bAIRFLOW_CONN_",
)
_SURELY: Final = re.compile(rf"(?i)(?:^|_)(?:{WORDS}|credentials|{ABBREVIATIONS})$")


def may_name_secret(name: str) -> bool:
    """Return whether a variable's value should not be shown: its name contains a word of the vocabulary.

    Examples:
        >>> may_name_secret("TOKEN_URL"), may_name_secret("LOG_LEVEL")
        (True, False)
    """
    return _MAYBE.search(name) is not None


def names_secret(name: str) -> bool:
    """Return whether a variable surely holds a secret: its name ends in a word of the vocabulary.

    Examples:
        >>> names_secret("DB_PASSWORD"), names_secret("TOKEN_URL")
        (True, False)
    """
    return _SURELY.search(name) is not None


def is_secret(value: str) -> bool:
    """Return whether a value is surely a secret, whatever its name.

    Examples:
        >>> is_secret("AKIAIOSFODNN7EXAMPLE"), is_secret("orders")
        (True, False)
    """
    return any(shape.alone and shape.pattern.search(value) for shape in SHAPES)


def contains_secret(text: str) -> bool:
    """Return whether a text has a secret in it, and not just a reference to one.

    Examples:
        >>> contains_secret("load --password hunter2"), contains_secret('load --password "$DB_PASSWORD"')
        (True, False)
    """
    literal = _REFERENCE.sub(MASK, _NAME_OF_A_SECRET.sub("", text))
    return any(shape.pattern.sub(shape.replacement, literal) != literal for shape in SHAPES)


def redact(text: object) -> str:
    """Return foreign text without the secrets that Airflow knows, and without what looks like one."""
    from airflow.providers.common.compat.sdk import redact as redact_known

    # Before Airflow's masker: one that knows a secret "password" would leave `***=hunter2` of `password=hunter2`.
    shown = mask_shapes(_bounded(str(text)))
    for value in _sensitive_environment():
        shown = shown.replace(value, MASK)
    return str(redact_known(shown))


def mask_shapes(text: str) -> str:
    """Return a text without what looks like a secret, where importing Airflow would take too long."""
    for shape in SHAPES:
        text = shape.pattern.sub(shape.replacement, text)
    return text


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
