"""What a built page has: its ids, its links, its pictures, and the links of the navigation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import html

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes:
        ids: What an anchor can lead to.
        links: The addresses of links, pictures, scripts and styles, in their order.
        loaded: The addresses of what a browser loads for the page.
        navigation: The addresses of the navigation's links, in their order.
    """

    ids: frozenset[str]
    links: tuple[str, ...]
    loaded: tuple[str, ...]
    navigation: tuple[str, ...]


def read(file: Path) -> Page:
    """Read a built page."""
    document = html.document_fromstring(file.read_text(encoding="utf-8"))
    navigation = document.xpath("//a[contains(@class, 'md-nav__link')]/@href")
    return Page(
        ids=frozenset(document.xpath("//@id | //a/@name")),
        links=tuple(document.xpath("//a/@href | //link/@href | //*/@src")),
        loaded=tuple(document.xpath("//link[@rel!='canonical']/@href | //*/@src")),
        navigation=tuple(link for link in navigation if not link.startswith("#")),
    )
