"""What the commands with `--watch` share: the screen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from rich.console import Console

    from airflowkit.errors import AirflowKitError


def headline(changed: Collection[Path], console: Console) -> None:
    """Begin the answer to saved files, or the first one: on a terminal it replaces the last one."""
    from rich.text import Text

    from airflowkit.watching import description

    what = description(changed) if changed else "watching; Ctrl-C ends"
    if console.is_terminal:
        console.clear()
    console.print(Text(f"{time.strftime('%H:%M:%S')} {what}", style="bold"), soft_wrap=True)


def show_error(error: AirflowKitError, console: Console) -> None:
    """Show an error of airflowkit as a line: the next save may fix it."""
    from rich.text import Text

    console.print(Text(f"airflowkit: {error}", style="red"), soft_wrap=True)
