"""Kubernetes quantities such as `500m` and `1.5Gi`, exact.

The grammar is that of `k8s.io/apimachinery/pkg/api/resource`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

_QUANTITY: Final = re.compile(r"([+-]?)(\d+\.?\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?", re.ASCII)
_BINARY: Final = {f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGTPE", 1)}
_DECIMAL: Final = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal("1e3"),
    "M": Decimal("1e6"),
    "G": Decimal("1e9"),
    "T": Decimal("1e12"),
    "P": Decimal("1e15"),
    "E": Decimal("1e18"),
}
_SCALES: Final = {"": Decimal(1)} | _BINARY | _DECIMAL


@lru_cache(maxsize=4096)
def parse_quantity(text: str) -> Decimal:
    """Return the exact number of a quantity.

    Args:
        text: Such as `500m`, `1.5Gi`, `2`, `1e3`.

    Raises:
        ValueError: It is not a valid quantity.

    Examples:
        >>> parse_quantity("0.6") == parse_quantity("600m")
        True
    """
    match = _QUANTITY.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a valid quantity")
    sign, number, suffix = match.group(1), match.group(2), match.group(3) or ""
    scale = _SCALES.get(suffix)
    try:
        value = Decimal(number) * scale if scale else Decimal(number).scaleb(int(suffix[1:]))
    except ArithmeticError:
        raise ValueError(f"{text!r} is not a valid quantity: it is out of range") from None
    return -value if sign == "-" else value


def quantity_fault(text: str) -> str:
    """Return what keeps a text from being a quantity."""
    try:
        parse_quantity(text)
    except ValueError:
        return "is not a valid quantity; write numbers as '500m', '1.5', '512Mi' or '2Gi'"
    return ""
