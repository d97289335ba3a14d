"""Findings that an old repository has made its peace with: they are counted once and no longer reported."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Final

from airflowkit.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from airflowkit.checks.findings import Finding

FILE: Final = "airflowkit-baseline.json"
_Key = tuple[str, str, str | None, str | None]


def write(findings: Iterable[Finding], path: Path) -> int:
    """Write a baseline and return how many findings it holds; lines are left out, for they move."""
    counts = Counter(_key(finding) for finding in findings)
    entries = [
        {"code": code, "path": file, "dag_id": dag_id, "task_id": task_id, "count": count}
        for (code, file, dag_id, task_id), count in sorted(counts.items(), key=str)
    ]
    scratch = path.with_name(f".{path.name}.new")
    scratch.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
    scratch.replace(path)
    return counts.total()


def without(findings: Iterable[Finding], path: Path) -> list[Finding]:
    """Return the findings that the baseline does not hold; of a place with more than it holds, the last.

    Raises:
        SettingsError: The file is no baseline.
    """
    known = _read(path)
    left = []
    for finding in findings:
        key = _key(finding)
        if known[key] > 0:
            known[key] -= 1
        else:
            left.append(finding)
    return left


def _read(path: Path) -> Counter[_Key]:
    if not path.is_file():
        return Counter()
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return Counter({(it["code"], it["path"], it["dag_id"], it["task_id"]): it["count"] for it in entries})
    except (ValueError, TypeError, KeyError) as error:
        raise SettingsError(f"{path} is no baseline: {error}", hint="write it anew with --write-baseline") from None


def _key(finding: Finding) -> _Key:
    return (finding.code, finding.path, finding.dag_id, finding.task_id)
