"""Draws the imports between airflowkit's packages into docs/architecture.md; with --check it only compares.

An arrow that follows from others is left out: where A imports B and B imports C, A to C is not drawn.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import Final, NamedTuple

import grimp

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs" / "architecture.md"
SOURCE: Final = ROOT / "src" / "airflowkit"
WINGS: Final = ("pods", "checks", "local", "alerts")
GENERATED: Final = re.compile(
    r"(<!-- written by scripts/draw_architecture.py: (\w+) (\w*) ?-->\n).*?(<!-- end -->)", re.DOTALL
)
LEFT_OUT: Final = {"airflowkit.__main__", "airflowkit._preload"}
"""Modules that start the package: what they import says nothing about it."""
EVERYWHERE: Final = {
    "airflowkit.causes",
    "airflowkit.errors",
    "airflowkit._airflow",
    "airflowkit._airflow_run",
    "airflowkit.redaction",
    "airflowkit.replacement",
    "airflowkit.secret_shapes",
    "airflowkit.yaml_text",
}
"""The lowest layer: everything imports it."""


class Arrow(NamedTuple):
    """One part of the package imports another."""

    importer: str
    imported: str


def arrows(graph: grimp.ImportGraph, package: str) -> set[Arrow]:
    """Return the imports between the direct children of a package."""
    found = set()
    for importer in graph.find_descendants(package):
        for imported in graph.find_modules_directly_imported_by(importer):
            arrow = Arrow(_child(importer, package), _child(imported, package))
            if arrow.imported and arrow.importer != arrow.imported:
                found.add(arrow)
    return found


def reduced(drawn: set[Arrow]) -> list[Arrow]:
    """Return the arrows that do not follow from others."""
    return sorted(arrow for arrow in drawn if not _reaches(drawn - {arrow}, arrow.importer, arrow.imported))


def _reaches(drawn: set[Arrow], start: str, end: str) -> bool:
    seen, ahead = {start}, [start]
    while ahead:
        here = ahead.pop()
        for arrow in drawn:
            if arrow.importer == here and arrow.imported not in seen:
                seen.add(arrow.imported)
                ahead.append(arrow.imported)
    return end in seen


def _child(module: str, package: str) -> str:
    """Return the direct child of a package that a module is in, or an empty string."""
    if not module.startswith(f"{package}."):
        return ""
    return ".".join(module.split(".")[: package.count(".") + 2])


def drawing(graph: grimp.ImportGraph, package: str) -> str:
    """Return the imports within a package as a Mermaid block."""
    ignored = LEFT_OUT | EVERYWHERE
    drawn = {arrow for arrow in arrows(graph, package) if not ignored & set(arrow)}
    lines = [f"  {_name(importer)} --> {_name(imported)}" for importer, imported in reduced(drawn)]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```", ""])


def _name(module: str) -> str:
    return module.rpartition(".")[2]


def table(folder: Path) -> str:
    """Return what is in a folder: the first sentence of each package and module."""
    rows = []
    for path in sorted(folder.iterdir(), key=lambda path: (path.suffix, path.name)):
        is_package = (path / "__init__.py").is_file()
        if is_package or (path.suffix == ".py" and path.name != "__init__.py"):
            name = f"{path.name}/" if is_package else path.name
            rows.append(f"| `{name}` | {_sentence(path / '__init__.py' if is_package else path)} |")
    return "\n".join(["| | |", "|---|---|", *rows, ""])


def _sentence(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(docstring.partition("\n\n")[0].split()).replace("|", "\\|")


def page(text: str) -> str:
    """Return the page with its generated parts as the code has them now."""
    graph = grimp.build_graph("airflowkit", exclude_type_checking_imports=True)

    def part(match: re.Match[str]) -> str:
        head, kind, wing, end = match.groups()
        package = f"airflowkit.{wing}" if wing else "airflowkit"
        return head + (drawing(graph, package) if kind == "imports" else table(SOURCE / wing)) + end

    return GENERATED.sub(part, text)


def main() -> int:
    old = PAGE.read_text(encoding="utf-8")
    new = page(old)
    if new == old:
        return 0
    if "--check" in sys.argv:
        print("docs/architecture.md is not current: run python scripts/draw_architecture.py", file=sys.stderr)
        return 1
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
