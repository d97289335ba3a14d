"""The grammars of Kubernetes' names: each function says what is wrong with a value, or nothing.

The rules are those of `k8s.io/apimachinery/pkg/util/validation`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_NAME_PART: Final = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_CONFIG_KEY: Final = re.compile(r"[-._a-zA-Z0-9]+")
_ENV_NAME: Final = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
_RELAXED_ENV_NAME: Final = re.compile(r"[ -<>-~]+")  # printable ASCII but "="
_PORT_NAME: Final = re.compile(r"(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")
_HEADER: Final = re.compile(r"[-A-Za-z0-9]+")


@lru_cache(maxsize=4096)
def label_fault(value: str) -> str:
    """Return what keeps a value from being an RFC 1123 label: the name of a container, a volume, a namespace."""
    if len(value) > 63:
        return "is longer than 63 characters"
    return "" if _LABEL.fullmatch(value) else "must be lower-case letters, digits and '-', with '-' at neither end"


@lru_cache(maxsize=4096)
def subdomain_fault(value: str) -> str:
    """Return what keeps a value from being an RFC 1123 subdomain: the name of a secret, a config map, a pod."""
    if len(value) > 253:
        return "is longer than 253 characters"
    if _SUBDOMAIN.fullmatch(value):
        return ""
    return "must be lower-case letters, digits, '-' and '.', each part beginning and ending with a letter or digit"


@lru_cache(maxsize=4096)
def label_value_fault(value: str) -> str:
    """Return what keeps a value from being a label's value."""
    if len(value) > 63:
        return "is longer than 63 characters"
    if not value or _NAME_PART.fullmatch(value):
        return ""
    return "must be letters, digits, '-', '_' and '.', beginning and ending with a letter or digit"


@lru_cache(maxsize=4096)
def qualified_name_fault(value: str) -> str:
    """Return what keeps a value from being a qualified name: a label's key, an annotation's, a resource's."""
    prefix, slash, name = value.rpartition("/")
    if slash and (not prefix or subdomain_fault(prefix)):
        return f"has a prefix {prefix!r} that is not a DNS name"
    if len(name) > 63:
        return "has a name part longer than 63 characters"
    if _NAME_PART.fullmatch(name):
        return ""
    return (
        "must be letters, digits, '-', '_' and '.' from a letter or digit to one, if need be after a DNS name and '/'"
    )


@lru_cache(maxsize=4096)
def config_key_fault(value: str) -> str:
    """Return what keeps a value from being the key of a secret or a config map."""
    if len(value) > 253:
        return "is longer than 253 characters"
    if value == "." or value.startswith(".."):
        return "must be neither '.' nor begin with '..'"
    return "" if _CONFIG_KEY.fullmatch(value) else "must be letters, digits, '-', '_' and '.'"


@lru_cache(maxsize=4096)
def env_name_fault(value: str, *, relaxed: bool = False) -> str:
    """Return what keeps a value from being the name of an environment variable.

    Args:
        value: The name.
        relaxed: Whether the rule of Kubernetes 1.34 and later holds: any printable ASCII but `=`.
    """
    if relaxed:
        return "" if _RELAXED_ENV_NAME.fullmatch(value) else "must be printable ASCII without '='"
    if value == "." or value.startswith(".."):
        return "must be neither '.' nor begin with '..'"
    if _ENV_NAME.fullmatch(value):
        return ""
    return "must be letters, digits, '_', '-' and '.', and not begin with a digit"


@lru_cache(maxsize=1024)
def port_name_fault(value: str) -> str:
    """Return what keeps a value from being the name of a port (IANA service name)."""
    if len(value) > 15:
        return "is longer than 15 characters"
    return (
        ""
        if _PORT_NAME.fullmatch(value)
        else "must be lower-case letters, digits and single '-', with at least one letter"
    )


@lru_cache(maxsize=1024)
def header_fault(value: str) -> str:
    """Return what keeps a value from being the name of an HTTP header."""
    return "" if _HEADER.fullmatch(value) else "must be letters, digits and '-'"
