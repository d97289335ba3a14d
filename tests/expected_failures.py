"""The tests that are known to fail on a beta of Airflow, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def expected_failures(file: Path) -> Mapping[str, str]:
    """Return the reason of each test in a list, by the test's id; without the file, no test may fail.

    Each line is `tests/test_a.py::test_b  # the reason`.

    Raises:
        ValueError: A line has no reason.
    """
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    entries = {}
    for line in lines:
        test, _, reason = (part.strip() for part in line.partition("  # "))
        if line.strip() and not line.startswith("#"):
            if not reason:
                raise ValueError(f"{file}: {test} has no reason: write '{test}  # why it fails'")
            entries[test] = reason
    return entries
