"""Values files, read and laid one over another as Helm does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflowkit.deploy.values.reading import LARGEST, read_values
from airflowkit.errors import ValuesError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Values = Mapping[str, Any]


def load_values(paths: Iterable[Path]) -> Values:
    """Return the values of several files, each laid over those before it; one may be empty.

    Mappings are merged, everything else is replaced, and a null removes a key
    (https://helm.sh/docs/chart_template_guide/values_files).

    Raises:
        ValuesError: A file cannot be read, or is not a values file. The message quotes nothing of it.
    """
    merged: dict[str, Any] = {}
    for path in paths:
        merged = _overlaid(merged, read_values(content_of(path), str(path), may_be_empty=True))
    return merged


def content_of(path: Path) -> bytes:
    """Return the bytes of a values file, or the first of far too many.

    Raises:
        ValuesError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # a path with a null byte is a ValueError
        raise ValuesError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _overlaid(base: Values, overlay: Values) -> dict[str, Any]:
    merged = dict(base)
    for key, value in overlay.items():
        below = merged.get(key)
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _overlaid(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
