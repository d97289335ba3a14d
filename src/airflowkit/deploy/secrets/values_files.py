"""Reads values files and lays one over another as Helm does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from airflowkit.deploy.values.reading import yaml_place
from airflowkit.errors import SecretsError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Values = Mapping[str, Any]

_LARGEST: Final = 5_000_000
"""Bytes; a values file of a real deployment has some thousands."""


def load_values(paths: Iterable[Path]) -> Values:
    """Return the values of several files, each laid over those before it.

    Mappings are merged, everything else is replaced, and a null removes a key
    (https://helm.sh/docs/chart_template_guide/values_files).

    Raises:
        SecretsError: A file is missing, or is not a mapping in YAML. The message quotes nothing of the file.
    """
    merged: dict[str, Any] = {}
    for path in paths:
        merged = _overlaid(merged, _read(path))
    return merged


def _read(path: Path) -> Values:
    import yaml

    try:
        if path.stat().st_size > _LARGEST:
            raise SecretsError(f"{path} is too large for a values file")
        content = yaml.load(path.read_bytes(), yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)  # noqa: S506  both are safe
    except OSError as error:
        hint = "Name the values of your deployment: airflowkit secrets --values FILE"
        raise SecretsError(f"{path} cannot be read: {error.strerror}", hint=hint) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SecretsError(f"{path} is not valid YAML{yaml_place(error)}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise SecretsError(f"{path} is not a values file: it is not a mapping")
    return content


def _overlaid(base: Values, overlay: Values) -> dict[str, Any]:
    merged = dict(base)
    for key, value in overlay.items():
        below = merged.get(key)
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _overlaid(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
