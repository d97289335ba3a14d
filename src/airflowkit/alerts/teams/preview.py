"""An HTML page that shows cards the way Teams does, light and dark, without the network.

Microsoft's renderer comes from npm when the wheel is built. Where it is missing, the page shows the cards' JSON.
"""

from __future__ import annotations

import json
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

_SCRIPTS: Final = ("adaptivecards.min.js", "markdown-it.min.js")
_THEMES: Final = {"light": "microsoft-teams-light.json", "dark": "microsoft-teams-dark.json"}


def preview_page(cards: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the page.

    Args:
        cards: The cards by title.
    """
    renderer = _renderer()
    themes = (
        {name: json.loads((renderer / file).read_text("utf-8")) for name, file in _THEMES.items()} if renderer else {}
    )
    page = Template((files("airflowkit.alerts.teams") / "preview.html").read_text("utf-8"))
    return page.substitute(
        scripts="\n".join((renderer / name).read_text("utf-8") for name in _SCRIPTS) if renderer else "",
        cards=_in_script([{"title": title, "card": card} for title, card in cards.items()]),
        themes=_in_script(themes),
    )


def has_renderer() -> bool:
    """Return whether Microsoft's renderer is installed with airflowkit."""
    return _renderer() is not None


def _renderer() -> Traversable | None:
    folder = files("airflowkit.alerts.teams") / "renderer"
    return folder if all((folder / name).is_file() for name in (*_SCRIPTS, *_THEMES.values())) else None


def _in_script(value: object) -> str:
    """Return JSON for a script element, where a `<` could end the element."""
    return json.dumps(value).replace("<", "\\u003c")
