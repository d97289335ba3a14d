"""What a built page has: its anchors, its links, what it loads, its navigation and its text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from lxml import html

if TYPE_CHECKING:
    from pathlib import Path

_PROSE: Final = (
    "//article//*[self::p or self::li or self::td]//text()[not(ancestor::*[self::code or self::pre or self::strong])]"
)


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes:
        ids: What an anchor can lead to.
        links: The addresses of links, pictures, scripts and styles, in their order.
        loaded: The addresses of what a browser loads for the page.
        navigation: The addresses of the navigation's links, in their order.
        prose: The lines of the text, without code and what is strong.
    """

    ids: frozenset[str]
    links: tuple[str, ...]
    loaded: tuple[str, ...]
    navigation: tuple[str, ...]
    prose: tuple[str, ...]


@cache
def read(file: Path) -> Page:
    """Read a built page, once."""
    document = html.document_fromstring(file.read_text(encoding="utf-8"))
    navigation = document.xpath("//a[contains(@class, 'md-nav__link')]/@href")
    return Page(
        ids=frozenset(document.xpath("//@id | //a/@name")),
        links=tuple(document.xpath("//a/@href | //link/@href | //*/@src")),
        loaded=tuple(document.xpath("//link[@rel!='canonical']/@href | //*/@src")),
        navigation=tuple(link for link in navigation if not link.startswith("#")),
        prose=tuple(line for text in document.xpath(_PROSE) for line in text.splitlines()),
    )
