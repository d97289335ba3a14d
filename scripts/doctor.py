"""Writes the codes in docs/reference/doctor.md from the register; the rest of the page is written by hand.

With `--check` it only says whether the page is current.
"""

from __future__ import annotations

import sys
from pathlib import Path

from airflowkit.deploy.doctor.codes import PAGE, codes

ROOT = Path(__file__).parent.parent
MARK = "<!-- written by scripts/doctor.py -->"


def main() -> int:
    """Write the page, or compare it."""
    page = ROOT / PAGE
    current = page.read_text(encoding="utf-8")
    text = rendered(current)
    if "--check" in sys.argv:
        print(f"{PAGE} is current" if current == text else f"{PAGE} is old: run scripts/doctor.py")
        return 0 if current == text else 1
    page.write_text(text, encoding="utf-8")
    return 0


def rendered(page: str) -> str:
    """Return the whole page."""
    head = page.partition(MARK)[0]
    table = ["| code | name | severity | examined by | what it finds |", "|---|---|---|---|---|"]
    table += [
        f"| [{it.code}](#{it.code.lower()}-{it.name}) | {it.name} | {it.severity} | {it.group} | {it.title} |"
        for it in codes().values()
    ]
    pages = [f"### {it.code} {it.name}\n\n{it.explanation}\n" for it in codes().values()]
    return "\n".join([f"{head}{MARK}", "", *table, "", *pages])


if __name__ == "__main__":
    sys.exit(main())
