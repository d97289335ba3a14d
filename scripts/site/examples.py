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
    settings = {example_place("dags_examples/airflowkit.toml"): _settings()}
    return {example_place(_name(path)): _page(path) for path in sorted(FOLDER.glob("*.py"))} | settings


def _page(path: Path) -> str:
    """Return the page of an example: with the script that its image has, and its pods."""
    scripts = (file for file in sorted(FOLDER.glob(f"scripts/{path.stem}/*")) if file.is_file())
    text = "".join(f"\n## `{file.relative_to(FOLDER)}`\n\n{_block(file)}" for file in scripts)
    manifest = FOLDER / "manifests" / f"{path.stem}.yaml"
    pods = f"\n## Its pods\n\nAs `airflowkit render {path.stem}` prints them:\n\n{_block(manifest)}"
    return f"# {path.stem}\n\n{_block(path)}{text}{pods if manifest.is_file() else ''}"


def _settings() -> str:
    names = sorted(path.name for path in FOLDER.iterdir() if path.suffix in {".toml", ".example"})
    blocks = "".join(f"\n## `{name}`\n\n{_block(FOLDER / name)}" for name in names)
    return f"# Settings of the examples\n{blocks}"


def _block(file: Path) -> str:
    """Return a block that shows the file itself: a file that is not there fails the build."""
    name = _name(file)
    return f'```{_LANGUAGES.get(file.suffix, "text")} title="{name}"\n--8<-- "{name}"\n```\n'


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
