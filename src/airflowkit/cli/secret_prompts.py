"""Asks for the values of Secrets on a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from airflowkit.cli.hidden_input import read_hidden
from airflowkit.deploy.secrets.content.text import Fault, one_line, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflowkit.deploy.secrets.content.kinds import Kind, Question


_T = TypeVar("_T")


class Terminal:
    """Somebody at a terminal; nothing that is secret is shown, and a value that is not valid is asked for again."""

    def value(self, title: str, kind: Kind) -> str | None:
        """Ask for the value of a key."""
        typer.echo(f"\n{title}: {kind.what}\n  {kind.form}", err=True)
        return until_valid(lambda: self._of_file(kind) if kind.file else self._of_line(kind))

    def keys(self, secret: str) -> list[str]:
        """Ask which keys a Secret has that the values read as a whole."""
        typer.echo(f"\n{secret}: the values read all its keys and name none", err=True)
        names = typer.prompt("  Its keys, separated by spaces", err=True)
        return list(dict.fromkeys(names.replace(",", " ").split()))

    def _of_file(self, kind: Kind) -> str:
        return kind.check(text_of(Path(typer.prompt("  Its file", err=True).strip())))

    def _of_line(self, kind: Kind) -> str | None:
        other = "Enter asks for its parts" if kind.questions else "Enter generates one" if kind.generate else ""
        line = read_hidden(f"  Value, hidden{f' ({other})' if other else ''}: ")
        if line or not other:
            return kind.check(line)
        return kind.check(_assembled(kind)) if kind.questions else None


def _assembled(kind: Kind) -> str:
    assert kind.assemble  # noqa: S101  kinds with questions have it
    answers = {}
    for question in kind.questions:
        answers[question.name] = until_valid(lambda question=question: answer(question))  # type: ignore[misc]
    return kind.assemble(answers)


def answer(question: Question) -> str:
    """Ask for one part of a value; raises `Fault` if it cannot be used."""
    if question.hidden:
        return read_hidden(f"  {question.label}, hidden: ") or question.default or one_line("")
    typed = str(typer.prompt(f"  {question.label}", default=question.default or None, err=True))
    return text_of(Path(typed.strip())) if question.file and typed != question.default else typed.strip()


def until_valid(ask: Callable[[], _T]) -> _T:
    """Ask again and again until an answer can be used."""
    while True:
        try:
            return ask()
        except Fault as fault:
            typer.echo(f"  It {fault}", err=True)
