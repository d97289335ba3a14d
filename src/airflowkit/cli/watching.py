"""What the commands with `--watch` share: the screen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from airflowkit.errors import AirflowKitError


def headline(what: str, console: Console) -> None:
    """Begin a new answer: on a terminal it replaces the last one."""
    from rich.text import Text

    if console.is_terminal:
        console.clear()
    console.print(Text(f"{time.strftime('%H:%M:%S')} {what}", style="bold"), soft_wrap=True)


def show_error(error: AirflowKitError, console: Console) -> None:
    """Show an error of airflowkit as a line: the next save may fix it."""
    from rich.text import Text

    console.print(Text(f"airflowkit: {error}", style="red"), soft_wrap=True)
