"""Writes docs/reference/causes.md and cause.schema.json from the list of causes.

With `--check` it only says whether they are current.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from airflowkit.causes import Category, CauseCode, schema

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs" / "reference" / "causes.md"
SCHEMA: Final = ROOT / "src" / "airflowkit" / "cause.schema.json"
HEAD: Final = ROOT / "scripts" / "pages" / "causes.md"
TITLES: Final = {
    Category.INFRASTRUCTURE: "Infrastructure: what is below the pod failed",
    Category.CONFIGURATION: "Configuration: the pod asks for what is not there, or not allowed",
    Category.PROGRAM: "Program: what runs in the pod failed, or took more than it may",
    Category.HUMAN: "Human: somebody, or something that acts for somebody, ended it",
    Category.UNKNOWN: "Unknown: it cannot be told",
}


def main() -> int:
    """Write the files, or compare them."""
    files = {PAGE: page(), SCHEMA: json.dumps(schema(), indent=2) + "\n"}
    if "--check" in sys.argv:
        old = [file.name for file, text in files.items() if not file.is_file() or file.read_text("utf-8") != text]
        print(f"old: {', '.join(old)}: run scripts/causes.py" if old else "the causes' page and schema are current")
        return 1 if old else 0
    for file, text in files.items():
        file.write_text(text, encoding="utf-8")
    return 0


def page() -> str:
    """Return the whole page."""
    return HEAD.read_text(encoding="utf-8") + "".join(map(section, Category))


def section(category: Category) -> str:
    """Return the codes of a category."""
    codes = [code for code in CauseCode if code.category is category]
    retry = "can help" if codes[0].retryable else "cannot help until that is fixed"
    rows = "".join(f"| `{code}` | {code.evidence} | {code.remedy} |\n" for code in codes)
    head = "| code | what Kubernetes says | what to do |\n|---|---|---|\n"
    return f"\n## {TITLES[category]}\n\nAnother try {retry}.\n\n{head}{rows}"


if __name__ == "__main__":
    sys.exit(main())
