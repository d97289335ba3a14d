"""Writes docs/reference/checks.md and a page a rule beside it, from the rules, their example files and scripts/pages.

With `--check` it only says whether the pages are current.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflowkit.checks.rules import RULES
from airflowkit.checks.rules.register import FIXABLE, since

if TYPE_CHECKING:
    from airflowkit.checks.model.rule import Rule

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
CASES = ROOT / "tests" / "checks" / "rules" / "cases"
PAGES = Path(__file__).parent / "pages"


def main() -> int:
    """Write the pages, or compare them."""
    pages = rendered()
    there = {
        path: path.read_text(encoding="utf-8") for path in [REFERENCE / "checks.md", *REFERENCE.glob("rules/*.md")]
    }
    if "--check" in sys.argv:
        print("the rules' pages are current" if there == pages else "the rules' pages are old: run scripts/rules.py")
        return 0 if there == pages else 1
    for path in there.keys() - pages.keys():
        path.unlink()
    for path, text in pages.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def rendered() -> dict[Path, str]:
    """Return all pages."""
    head = part("checks").format(number=len(RULES), fixable=len(FIXABLE))
    rules = "\n".join(
        ["| code | name | severity | since | fix | what it checks |", "|---|---|---|---|---|---|", *map(row, RULES)]
    )
    pages = {REFERENCE / "rules" / f"{rule.code}.md": rule_page(rule) for rule in RULES}
    return {REFERENCE / "checks.md": "\n".join([head, rules, "", part("foreign"), part("peers")]), **pages}


def rule_page(rule: Rule[Any]) -> str:
    """Return a rule's own page."""
    fix = "`--fix`, where it is beyond doubt" if rule.code in FIXABLE else "by hand"
    facts = f"| severity | since | fix |\n|---|---|---|\n| {rule.severity} | {since(rule)} | {fix} |"
    text = f"# {rule.code} {rule.name}\n\n{facts}\n\n{rule.text}\n\n{examples(rule.code)}"
    return f"{text.rstrip()}\n"


def row(rule: Rule[Any]) -> str:
    """Return a rule's row in the table."""
    link = f"[{rule.code}](rules/{rule.code}.md)"
    fix = "`--fix`" if rule.code in FIXABLE else ""
    return f"| {link} | {rule.name} | {rule.severity} | {since(rule)} | {fix} | {rule.title} |"


def part(name: str) -> str:
    """Return a part of the page that is written by hand."""
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def examples(code: str) -> str:
    """Return a rule's bad and good example."""
    return "".join(
        f"## {label}\n\n{''.join(block(file, folder) for file, folder in files(CASES / code, kind))}"
        for kind, label in (("bad", "Bad"), ("good", "Good"))
    )


def files(case: Path, kind: str) -> list[tuple[Path, Path]]:
    """Return the example's files, each with the folder that its name is shown from."""
    single = case / f"{kind}.py"
    if single.is_file():
        return [(single, case)]
    folder = case / kind
    shown = (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    return [(path, folder) for path in shown if path.stat().st_size and path.suffix != ".csv"]


def block(file: Path, folder: Path) -> str:
    """Return one file as a block of code."""
    language = {".py": "python", ".toml": "toml"}.get(file.suffix, "text")
    name = "" if file.parent == folder and file.stem in {"bad", "good"} else f"`{file.relative_to(folder)}`\n\n"
    return f"{name}```{language}\n{file.read_text(encoding='utf-8').rstrip()}\n```\n\n"


if __name__ == "__main__":
    sys.exit(main())
