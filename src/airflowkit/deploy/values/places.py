"""In which line of a values file a key is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_PART = re.compile(r'"([^"]*)"|([^."\[]+)')


def parts_of(key: str) -> tuple[str, ...]:
    """Return the parts of a key as Helm writes it, without the entry of a list.

    Examples:
        >>> parts_of('ingress.apiServer.annotations."nginx.ingress.kubernetes.io/x"')
        ('ingress', 'apiServer', 'annotations', 'nginx.ingress.kubernetes.io/x')
        >>> parts_of("env[DB_PASSWORD]")
        ('env',)
    """
    return tuple(quoted or plain for quoted, plain in _PART.findall(key.partition("[")[0]))


def place_of(root: Any, parts: Sequence[str]) -> tuple[int, int | None]:
    """Return how many parts of a key a file has, and the line of the last of them.

    Args:
        root: The composed YAML of the file.
        parts: The key.
    """
    node, line, depth = root, None, 0
    for part in parts:
        pairs = node.value if node is not None and node.id == "mapping" else ()
        found = next(((key, value) for key, value in pairs if str(key.value) == part), None)
        if found is None:
            break
        line, node, depth = found[0].start_mark.line + 1, found[1], depth + 1
    return depth, line
