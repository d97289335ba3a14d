"""`make docs`: assembles the sources of the site in `.site`, and builds them into `site`, strictly."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from scripts.site import (
    api,
    commands,
    examples,
    formats,
    keywords_page,
    links,
    plain,
    presets_page,
    settings_page,
    walk,
)
from scripts.site.places import ROOT, SITE, SOURCES, pages, place_of
from scripts.site.undocumented import UndocumentedError

GENERATED = [api, commands, examples, formats, keywords_page, presets_page, settings_page]
"""Modules whose `pages()` are made from the code."""


def main() -> int:
    """Assemble the sources and build them."""
    try:
        assemble()
    except UndocumentedError as error:
        print(f"make docs: {error}", file=sys.stderr)
        return 1
    command = [Path(sys.executable).with_name("zensical"), "build", "--strict", "--clean"]
    if status := subprocess.run(command, cwd=ROOT, check=False).returncode:
        return status
    plain.write(SITE, SOURCES)
    dead = walk.dead_links(SITE)
    print(*(f"make docs: dead link: {link}" for link in dead), sep="\n")
    return 1 if dead else 0


def assemble() -> None:
    """Write all sources; nothing is left of an earlier time."""
    for folder in (SOURCES, SITE):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "docs", SOURCES, ignore=shutil.ignore_patterns("*.md"))
    for source, place in pages().items():
        text = (ROOT / source).read_text(encoding="utf-8")
        write(place, links.rewritten(text, source, place, published))
    for module in GENERATED:
        for place, text in module.pages().items():
            write(place, text)


def published(path: str) -> str:
    """Return the place of a file that a page links to; one that is not a page is copied there."""
    place = place_of(path)
    file = ROOT / path
    if place.startswith("files/") and file.is_file():
        target = SOURCES / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return place


def write(place: str, text: str) -> None:
    """Write a page. A place that is taken is a page that nobody would see."""
    target = SOURCES / place
    if target.exists():
        sys.exit(f"make docs: two pages for {place}")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
