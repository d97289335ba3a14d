"""A comparison as JSON, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from airflowkit.compare.comparison import Comparison
    from airflowkit.compare.revisions import Side

VERSION: Final = 1


def render(comparison: Comparison) -> str:
    """Return an object with `before`, `after`, `changes`, and what could not be compared."""
    document = {
        "version": VERSION,
        "before": _side(comparison.before),
        "after": _side(comparison.after),
        "changes": [asdict(change) for change in comparison.changes],
        "not_compared": [asdict(file) for file in comparison.unknown],
        "differs_at_each_parse": [asdict(change) for change in comparison.unstable],
        "from_work_tree": [{"path": path, "module": name} for path, name in comparison.borrowed],
    }
    return json.dumps(document, indent=2)


def _side(side: Side) -> dict[str, Any]:
    return {"name": side.name, "commit": side.commit or None}
