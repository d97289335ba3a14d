"""Questions on a terminal: how `new-repo` and `new-dag` ask for what was not given."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import typer

from airflowkit.errors import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Callable


def somebody_answers() -> bool:
    """Return whether a person is there to answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def introduce() -> None:
    """Say how to answer."""
    typer.echo("Enter takes the answer in brackets; Ctrl-C writes nothing.")


def was_given(ctx: typer.Context, name: str) -> bool:
    """Return whether an option of the command was given, or is in the file of answers."""
    source = ctx.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"


def words(text: str) -> tuple[str, ...]:
    """Return the items of a list that is separated by commas."""
    return tuple(item.strip() for item in text.split(",") if item.strip())


def answer(name: str, explanation: str, default: Any, accept: Callable[[Any], object]) -> Any:
    """Ask until the answer is a valid one, and return it.

    Args:
        name: What is asked for.
        explanation: What it is.
        default: The answer that Enter takes; its type is that of the answer.
        accept: Raises a ScaffoldError for an answer that is not valid.
    """
    question = f"{name.replace('_', ' ')}: {explanation}"
    if isinstance(default, bool):
        return typer.confirm(question, default=default)

    def checked(text: str) -> Any:
        value = words(text) if isinstance(default, tuple) else text.strip()
        try:
            accept(value)
        except ScaffoldError as error:
            raise typer.BadParameter(str(error)) from None
        return value

    choices = f" ({', '.join(type(default))})" if isinstance(default, StrEnum) else ""
    shown = ",".join(default) if isinstance(default, tuple) else str(default)
    return typer.prompt(question + choices, default=shown, value_proc=checked)
