"""Prints the coverage of each package, and with --gaps the functions that no test enters; fails below the floor.

Reads what `make coverage` measured. The floor is `fail_under` in pyproject.toml.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path, PurePosixPath
from typing import Any

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"
FLOOR = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["tool"]["coverage"]["report"]["fail_under"]


def packages(files: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """Return how many lines each package has, and how many of them ran."""
    lines: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for path, file in files.items():
        package = PurePosixPath(_in_package(path)).parent.as_posix()
        lines[package][0] += file["summary"]["num_statements"]
        lines[package][1] += file["summary"]["covered_lines"]
    return {package: (all_lines, covered) for package, (all_lines, covered) in sorted(lines.items())}


def gaps(files: dict[str, Any]) -> list[str]:
    """Return the functions of which no line ran."""
    return [
        f"{_in_package(path)}:{function['start_line']} {name} ({function['summary']['num_statements']} lines)"
        for path, file in sorted(files.items())
        for name, function in file["functions"].items()
        if name and function["summary"]["num_statements"] and not function["summary"]["covered_lines"]
    ]


def _in_package(path: str) -> str:
    parts = PurePosixPath(path).parts
    return "/".join(parts[parts.index("airflowkit") :])


def main() -> int:
    command = [sys.executable, "-m", "coverage", "json", "--quiet", "--fail-under", "0", "-o", "-"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    for package, (lines, covered) in packages(report["files"]).items():
        print(f"  {package:<36} {lines:5} lines  {100 * covered / max(lines, 1):5.1f} %")
    if "--gaps" in sys.argv:
        print("\nno test enters:", *gaps(report["files"]), sep="\n  ")
    total = report["totals"]["percent_covered"]
    print(f"{total:.1f} % of {report['totals']['num_statements']} lines; the floor is {FLOOR} %")
    return 1 if total < FLOOR else 0


if __name__ == "__main__":
    sys.exit(main())
