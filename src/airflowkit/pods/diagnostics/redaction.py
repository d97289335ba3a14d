"""Foreign text made safe to show: without the secrets that Airflow knows and without the pod's environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_MASK: Final = "***"
_SHORTEST: Final = 4
"""Shorter values (`1`, `dev`) would take the text apart and give nothing away."""
_LONG_ENOUGH_ANYWHERE: Final = 8
"""From this length on a value is masked within words too."""


def redact(text: str) -> str:
    """Return a text without the secrets that Airflow knows: connections' passwords, sensitive variables."""
    from airflow.providers.common.compat.sdk import redact as redact_known

    return str(redact_known(text))


def environment_mask(pod: Mapping[str, Any]) -> Callable[[str], str]:
    """Return a function that masks the values of a pod's environment variables in a text.

    Values that come from a secret or a config map are not in the pod, so they are not known here.
    """
    patterns = sorted(set(_patterns(pod)), key=len, reverse=True)  # one value may hold another
    if not patterns:
        return lambda text: text
    values = re.compile("|".join(patterns))
    return lambda text: values.sub(_MASK, text)


def _patterns(pod: Mapping[str, Any]) -> Iterator[str]:
    spec = pod["spec"]
    for container in (*(spec.get("initContainers") or ()), *spec["containers"]):
        for variable in container.get("env") or ():
            for line in (variable.get("value") or "").splitlines():
                if len(line) >= _LONG_ENOUGH_ANYWHERE:
                    yield re.escape(line)
                elif len(line) >= _SHORTEST:
                    yield rf"(?<!\w){re.escape(line)}(?!\w)"
