"""Walks the built site: each link, anchor and picture leads somewhere within it, and all Markdown has become HTML."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from scripts.site import html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MARK: Final = re.compile(r"\s*([-*] |\d+\. |```|#+ )")


def dead_links(site: Path) -> list[str]:
    """Return the links that lead nowhere, each as `page: link`. What is on the network is not asked for."""
    pages = {file: html.read(file) for file in sorted(site.rglob("*.html")) if file.name != "404.html"}
    return [f"{file.relative_to(site)}: {link}" for file in pages for link in _dead(file, pages)]


def marks_left(site: Path) -> list[str]:
    """Return the lines that still have the mark of a list, a heading or a fence, each as `page: line`.

    Python-Markdown wants four spaces before what is in an item of a list, and GitHub takes two.
    """
    pages = sorted(site.rglob("*.html"))
    return [
        f"{page.relative_to(site)}: {line}" for page in pages for line in html.read(page).prose if _MARK.match(line)
    ]


def _dead(file: Path, pages: dict[Path, html.Page]) -> Iterator[str]:
    for link in dict.fromkeys(pages[file].links):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = _resolved(file, unquote(parts.path)) if parts.path else file
        anchor = unquote(parts.fragment)
        if not target.is_file() or (anchor and target in pages and anchor not in pages[target].ids):
            yield link


@cache
def _resolved(file: Path, path: str) -> Path:
    return (file.parent / path).resolve()
