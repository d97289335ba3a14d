"""A picture of a page, by headless Chromium."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def screenshot(address: str, image: Path, *, width: int, height: int, wait: int = 0) -> None:
    """Draw what a browser shows of a page.

    Args:
        address: The page's URL.
        image: The picture to write.
        width: Of the window, in pixels.
        height: Of the window.
        wait: Milliseconds that a page's scripts get, for one that asks a server.
    """
    browser = shutil.which("chromium") or sys.exit("no Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as profile:
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}"]
        options += [f"--window-size={width},{height}", f"--screenshot={image}"]
        options += [f"--virtual-time-budget={wait}"] if wait else []
        subprocess.run([browser, *options, address], check=True, capture_output=True, timeout=180)
    print(image.relative_to(Path.cwd()) if image.is_relative_to(Path.cwd()) else image)
