"""The answers for `airflowkit new-repo`: from its options, a file, or questions on a terminal."""

from __future__ import annotations

import shlex
import sys
from dataclasses import MISSING, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import typer

from airflowkit import __version__
from airflowkit.errors import ScaffoldError
from airflowkit.scaffold.answers.repository import NOT_ASKED, RepositoryAnswers
from airflowkit.scaffold.creation import existing_dags_folder
from airflowkit.scaffold.questions import implied, matters

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_DEFAULTS: Final = {
    field.name: "" if field.default is MISSING else field.default
    for field in fields(RepositoryAnswers)
    if field.name not in NOT_ASKED
}


def settled(ctx: typer.Context, target: Path, *, asks: bool) -> RepositoryAnswers:
    """Return the answers that were given, with what they imply for the others.

    Args:
        ctx: The context of the command, whose options are the answers.
        target: The folder of the repository.
        asks: Whether to ask for what was not given, if a person is there to answer.

    Raises:
        ScaffoldError: An answer is not valid.
    """
    given = {name: _listed(name, ctx.params[name]) for name in _DEFAULTS if _was_given(ctx, name)}
    if ctx.params["existing"] and "dags_folder" not in given and (folder := existing_dags_folder(target)):
        given["dags_folder"] = folder
    if asks and sys.stdin.isatty() and sys.stdout.isatty():
        _ask(ctx, target, given)
    return _answers(target, given)


def replay_command(path: Path, answers: RepositoryAnswers) -> str:
    """Return the line that creates the same repository without a question."""
    changed: dict[str, Any] = {}
    for name, default in _DEFAULTS.items():
        value = getattr(answers, name)
        if value != implied(name, changed, default):
            changed[name] = value
    options = [part for name, value in changed.items() for part in _option(name, value)]
    return shlex.join(["airflowkit", "new-repo", str(path), *options, "--defaults"])


def _was_given(ctx: typer.Context, name: str) -> bool:
    source = ctx.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"


def _listed(name: str, value: Any) -> Any:
    """Return the answer that the value of an option means: a list of names is separated by commas."""
    if isinstance(_DEFAULTS[name], tuple):
        return tuple(item.strip() for item in value.split(",") if item.strip())
    return value


def _answers(target: Path, given: Mapping[str, Any]) -> RepositoryAnswers:
    rest = {name: implied(name, given, default) for name, default in _DEFAULTS.items() if name not in given}
    return RepositoryAnswers(name=target.name, airflowkit_version=__version__, **given, **rest)


def _ask(ctx: typer.Context, target: Path, given: dict[str, Any]) -> None:
    """Ask for each answer that was not given and that changes anything."""
    typer.echo("Enter takes the answer in brackets; Ctrl-C writes nothing.")
    for option in ctx.command.params:
        name = str(option.name)
        if name in _DEFAULTS and name not in given and matters(name, given):
            given[name] = _answer(name, getattr(option, "help", ""), target, given)


def _answer(name: str, explanation: str, target: Path, given: Mapping[str, Any]) -> Any:
    default = implied(name, given, _DEFAULTS[name])
    question = f"{name.replace('_', ' ')}: {explanation}"
    if isinstance(default, bool):
        return typer.confirm(question, default=default)

    def checked(text: str) -> Any:
        value = _listed(name, text.strip())
        try:
            _answers(target, {**given, name: value})
        except ScaffoldError as error:
            raise typer.BadParameter(str(error)) from None
        return value

    choices = f" ({', '.join(type(default))})" if isinstance(default, StrEnum) else ""
    text = ",".join(default) if isinstance(default, tuple) else str(default)
    return typer.prompt(question + choices, default=text, value_proc=checked)


def _option(name: str, value: Any) -> list[str]:
    flag = f"--{name.replace('_', '-')}"
    if isinstance(value, bool):
        return [flag if value else f"--no-{flag[2:]}"]
    return [flag, ",".join(value) if isinstance(value, tuple) else str(value)]
