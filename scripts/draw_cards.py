"""Draws the sample cards for the docs with headless Chromium: `python scripts/draw_cards.py` (needs `make node`)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from screenshot import screenshot

from airflowkit.alerts.teams.card import fitting_card
from airflowkit.alerts.teams.preview import preview_page
from airflowkit.alerts.teams.samples import SAMPLES

IMAGES = Path(__file__).parents[1] / "docs" / "images"
PICTURES = {
    "card-run.png": (["A failed run"], 850),
    "card-task.png": (["A failed task"], 640),
    "cards-retry-recovery-deadline.png": (["A retry", "A recovery", "A missed deadline"], 1480),
}


def draw(titles: list[str], height: int, image: Path) -> None:
    """Draw cards, light and dark side by side."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "cards.html"
        page.write_text(preview_page({title: fitting_card(SAMPLES[title]) for title in titles}), encoding="utf-8")
        screenshot(page.as_uri(), image, width=1000, height=height)


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    for name, (titles, height) in PICTURES.items():
        draw(titles, height, IMAGES / name)
