"""Walks the built site: each link, anchor and picture leads somewhere within it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from scripts.site import html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def dead_links(site: Path) -> list[str]:
    """Return the links that lead nowhere, each as `page: link`. What is on the network is not asked for."""
    pages = {file: html.read(file) for file in sorted(site.rglob("*.html")) if file.name != "404.html"}
    return [f"{file.relative_to(site)}: {link}" for file in pages for link in _dead(file, pages)]


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
