"""Types the pages of the docs that show a session, writes its outputs into them, and draws the tutorial's card.

python scripts/type_pages.py [PAGE...]    (needs `make node` for the card)
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from screenshot import screenshot

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests"))

from docs.console import PACKAGES, PAGES, outputs, rewritten, typed  # noqa: E402  the tests type them, too

IMAGES = ROOT / "docs" / "images"


def main(names: list[str]) -> None:
    for page in [ROOT / name for name in names] or PAGES:
        with tempfile.TemporaryDirectory() as folder:
            text = page.read_text(encoding="utf-8")
            page.write_text(rewritten(text, outputs(typed(text), Path(folder), packages=PACKAGES)), encoding="utf-8")
            for card in Path(folder).glob("work/*/card.html"):
                screenshot(card.as_uri(), IMAGES / "tutorial-card.png", width=1000, height=660)


if __name__ == "__main__":
    main(sys.argv[1:])
