"""What a built page has: its ids, its links, its pictures, and the links of the navigation."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes:
        ids: What an anchor can lead to.
        links: The addresses of links, pictures, scripts and styles, in their order.
        navigation: The addresses of the navigation's links, in their order.
    """

    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    navigation: list[str] = field(default_factory=list)


def read(file: Path) -> Page:
    """Read a built page."""
    reader = _Reader()
    reader.feed(file.read_text(encoding="utf-8"))
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.page.ids.update(values[name] for name in ("id", "name") if name in values and tag != "meta")
        address = values.get("href" if tag in {"a", "link"} else "src")
        if address is None:
            return
        self.page.links.append(address)
        if "md-nav__link" in values.get("class", "") and not address.startswith("#"):
            self.page.navigation.append(address)
