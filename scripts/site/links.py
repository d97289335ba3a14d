"""Rewrites the links of a page from where they lead in the repository to where that is on the site."""

from __future__ import annotations

import re
from posixpath import dirname, join, normpath, relpath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_FENCE: Final = re.compile(r"^( *)(```+|~~~+).*?^\1\2 *$", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(
    r"""(?P<head>\]\(|^\[[^\]\n]+\]:\ +|<img\ [^>]*?src=")(?P<target>[^)\s"#:]+)(?=[)\s"#])""",
    re.MULTILINE | re.VERBOSE,
)


def rewritten(text: str, source: str, place: str, place_of: Callable[[str], str]) -> str:
    """Return a page with the links that lead from its place on the site to what they led to in the repository.

    Args:
        text: The page.
        source: Its path in the repository.
        place: Its path on the site.
        place_of: Gives the place of a file on the site.
    """

    def link(found: re.Match[str]) -> str:
        target = normpath(join(dirname(source), found["target"]))
        return f"{found['head']}{relpath(place_of(target), dirname(place) or '.')}"

    return outside_fences(text, lambda prose: _LINK.sub(link, prose))


def outside_fences(text: str, change: Callable[[str], str]) -> str:
    """Return a page of which everything but its blocks of code is changed."""
    parts, end = [], 0
    for fence in _FENCE.finditer(text):
        parts += [change(text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, change(text[end:])])
