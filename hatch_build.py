"""Fetches Microsoft's card renderer from npm, by a lock file, into the package: `airflowkit teams preview` needs it.

Hatch runs this when it builds a wheel or an editable install; where npm is missing the package is built without,
and the preview shows the cards' JSON. `make node` runs it as a script, which also fetches what the tests need.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
NODE = ROOT / "tests" / "node"
MODULES = NODE / "node_modules"
RENDERER = ROOT / "src" / "airflowkit" / "alerts" / "teams" / "renderer"
FILES = (
    "adaptivecards/dist/adaptivecards.min.js",
    "markdown-it/dist/markdown-it.min.js",
    "adaptivecards-designer/lib/hostConfigs/microsoft-teams-light.json",
    "adaptivecards-designer/lib/hostConfigs/microsoft-teams-dark.json",
)
_PATIENCE = 120.0
"""Seconds for npm: without a network it tries for longer."""
LICENSED = ("adaptivecards", "adaptivecards-designer", "markdown-it")


class CardRendererHook(BuildHookInterface):
    """Puts the renderer into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  hatch's signature
        """Fetch the renderer before the files are collected; a build without npm goes on without it."""
        try:
            if not all((MODULES / file).is_file() for file in FILES):
                install("--omit=dev")
            copy()
        except (OSError, subprocess.SubprocessError) as error:
            self.app.display_warning(f"no card renderer for `airflowkit teams preview`: {error}")


def install(*options: str) -> None:
    """Install the npm packages as they are locked."""
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is not installed")
    subprocess.run([npm, "ci", *options], cwd=NODE, check=True, stdout=sys.stderr, timeout=_PATIENCE)  # noqa: S603


def copy() -> None:
    """Copy what a page needs into the package, with its licences."""
    RENDERER.mkdir(exist_ok=True)
    for file in FILES:
        shutil.copyfile(MODULES / file, RENDERER / Path(file).name)
    (RENDERER / "LICENSES.txt").write_text("\n".join(_licence(package) for package in LICENSED), encoding="utf-8")


def _licence(package: str) -> str:
    return f"{package}\n\n{(MODULES / package / 'LICENSE').read_text(encoding='utf-8')}"


if __name__ == "__main__":
    install()
    copy()
