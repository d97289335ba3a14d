"""A page for each example DAG: what it teaches, the file itself, the pods that it makes, and what is beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scripts.site.places import ROOT, example_place

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = ROOT / "dags_examples"
_LANGUAGES: Final = {".py": "python", ".yaml": "yaml"}


def pages() -> dict[str, str]:
    """Return the pages, by their place; docs/examples.md lists them."""
    return {example_place(_name(path)): _page(path) for path in sorted(FOLDER.glob("*.py"))}


def _page(path: Path) -> str:
    manifest = FOLDER / "manifests" / f"{path.stem}.yaml"
    pods = f"\n## Its pods\n\nAs `airflowkit render {path.stem}` prints them:\n\n{_block(manifest)}"
    image = FOLDER / "scripts" / path.stem
    beside = sorted(file for file in image.iterdir() if file.is_file()) if image.is_dir() else []
    others = "".join(f"\n## `{_name(file)}`\n\n{_block(file)}" for file in beside)
    return f"# {path.stem}\n\n{_block(path)}{others}{pods if manifest.is_file() else ''}"


def _block(file: Path) -> str:
    """Return a block that shows the file itself: a file that is not there fails the build."""
    name = _name(file)
    return f'```{_LANGUAGES.get(file.suffix, "text")} title="{name}"\n--8<-- "{name}"\n```\n'


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
