"""Writes docs/measured.md from what the benchmarks printed, which is in benchmarks/results.

scripts/measured.py                   writes the page
scripts/measured.py --check           only says whether it is current
scripts/measured.py --run [NAME...]   runs the benchmarks first, or those that are named, on a computer that is idle
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "measured.md"
RESULTS: Final = ROOT / "benchmarks" / "results"
TEXTS: Final = ROOT / "scripts" / "pages"
Section = dict[str, Any]


def main() -> int:
    """Write the page, or compare it."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["--run"]:
        run(arguments[1:])
    if arguments != ["--check"]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page():
        return 0
    print("docs/measured.md is not current: run python scripts/measured.py", file=sys.stderr)
    return 1


def sections() -> list[Section]:
    """Return the sections of the page."""
    return list(tomllib.loads((TEXTS / "measured.toml").read_text(encoding="utf-8"))["section"])


def result(section: Section) -> Path:
    """Return the file with what a benchmark printed."""
    return RESULTS / f"{section['name']}.txt"


def run(names: list[str]) -> None:
    """Run benchmarks, and keep what they print."""
    for section in sections():
        if not names or section["name"] in names:
            command = [sys.executable, *section["command"].split()[1:]]
            done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
            result(section).write_text(f"{done.stdout.strip()}\n", encoding="utf-8")


def page() -> str:
    """Return the whole page."""
    head = (TEXTS / "measured.md").read_text(encoding="utf-8")
    rows = [row for section in sections() for row in _rows(section)]
    return head.replace("{rows}", "\n".join(rows)) + "".join(map(_text, sections()))


def _rows(section: Section) -> list[str]:
    printed = result(section).read_text(encoding="utf-8")
    anchor = section["title"].lower().replace(" ", "-")
    rows = []
    for what, pattern in section.get("figures", {}).items():
        found = re.search(pattern, printed, re.MULTILINE)
        if found is None:
            sys.exit(f"{result(section)} has nothing of {what!r}")
        rows.append(f"| [{what}](#{anchor}) | {found[1]} |")
    return rows


def _text(section: Section) -> str:
    printed = result(section).read_text(encoding="utf-8")
    return f"\n## {section['title']}\n\n{section['text']}\n```console\n$ {section['command']}\n{printed}```\n"


if __name__ == "__main__":
    sys.exit(main())
