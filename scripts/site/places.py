"""Where each file of the repository is on the site."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SOURCES: Final = ROOT / ".site"
SITE: Final = ROOT / "site"
_ELSEWHERE: Final = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
    "docs/examples.md": "examples/index.md",
}


def pages() -> dict[str, str]:
    """Return the place of each page that is written by hand or committed, by its path in the repository."""
    paths = [*_ELSEWHERE, *(path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs").rglob("*.md")))]
    return {path: place_of(path) for path in paths if (ROOT / path).is_file()}


def place_of(path: str) -> str:
    """Return where a file is on the site: a page, an example's page, or the file itself."""
    if path in _ELSEWHERE:
        return _ELSEWHERE[path]
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    if path.startswith("dags_examples"):
        return example_place(path)
    return f"files/{path}"


def example_place(path: str) -> str:
    """Return the page that shows an example; the folder's own page lists them."""
    inner = PurePosixPath(path).relative_to("dags_examples")
    return f"examples/{inner.with_suffix('.md')}" if inner.suffix == ".py" else "examples/index.md"
