"""A page for each example DAG: what it teaches, the file itself, the pods that it makes, and what is beside it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from scripts.site.places import ROOT, example_place

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = ROOT / "dags_examples"
_LANGUAGES: Final = {".py": "python", ".toml": "toml", ".example": "toml", ".yaml": "yaml"}


def pages() -> dict[str, str]:
    """Return the pages, by their place."""
    files = [path for path in sorted(FOLDER.rglob("*.py")) if ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    listed = {} if (ROOT / "docs" / "examples.md").is_file() else {example_place("dags_examples"): _list(files)}
    return {example_place(_name(path)): _page(path) for path in files} | listed


def _page(path: Path) -> str:
    manifest = FOLDER / "manifests" / f"{path.stem}.yaml"
    pods = f"\n## Its pods\n\nAs `airflowkit render {path.stem}` prints them:\n\n{_block(manifest)}"
    beside = [] if path.parent == FOLDER else [file for file in sorted(path.parent.iterdir()) if file.is_file()]
    others = "".join(f"\n## `{file.name}`\n\n{_block(file)}" for file in beside if file != path)
    return f"# {path.stem}\n\n{_block(path)}{others}{pods if manifest.is_file() else ''}"


def _list(files: list[Path]) -> str:
    rows = "".join(f"| [{path.stem}]({_link(path)}) | {_first_line(path)} |\n" for path in files)
    settings = "".join(f"\n## `{name}`\n\n{_block(FOLDER / name)}" for name in _shared())
    return f"# Example DAGs\n\nEach runs with `airflowkit run`.\n\n| DAG | what it shows |\n|---|---|\n{rows}{settings}"


def _shared() -> list[str]:
    return sorted(path.name for path in FOLDER.iterdir() if path.suffix in {".toml", ".example"})


def _block(file: Path) -> str:
    """Return a block that shows the file itself: a file that is not there fails the build."""
    name = _name(file)
    return f'```{_LANGUAGES.get(file.suffix, "text")} title="{name}"\n--8<-- "{name}"\n```\n'


def _first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0]


def _link(path: Path) -> str:
    return example_place(_name(path)).removeprefix("examples/")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
