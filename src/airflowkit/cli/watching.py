"""What the commands with `--watch` share: the screen, and their end, which is that of others, too."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from rich.console import Console

    from airflowkit.errors import AirflowKitError


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Have SIGTERM, and the end of the terminal, end the command as Ctrl-C does: with nothing left."""
    numbers = [it for it in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(it) is not signal.SIG_IGN]  # nohup
    before = {number: signal.signal(number, _interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


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
