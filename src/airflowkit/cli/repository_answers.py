"""The answers for `airflowkit new-repo`: from its options, a file, or questions on a terminal."""

from __future__ import annotations

import shlex
from dataclasses import MISSING, fields
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from airflowkit import __version__
from airflowkit.cli.questions import answer, introduce, somebody_answers, was_given, words
from airflowkit.scaffold.answers.repository import NOT_ASKED, RepositoryAnswers
from airflowkit.scaffold.creation import existing_dags_folder
from airflowkit.scaffold.questions import implied, matters

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import typer

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
    given = {name: _listed(name, ctx.params[name]) for name in _DEFAULTS if was_given(ctx, name)}
    if ctx.params["existing"] and "dags_folder" not in given and (folder := existing_dags_folder(target)):
        given["dags_folder"] = folder
    if asks and somebody_answers():
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


def _listed(name: str, value: Any) -> Any:
    """Return the answer that the value of an option means: a list of names is separated by commas."""
    if isinstance(_DEFAULTS[name], tuple):
        return words(value)
    return value


def _answers(target: Path, given: Mapping[str, Any]) -> RepositoryAnswers:
    rest = {name: implied(name, given, default) for name, default in _DEFAULTS.items() if name not in given}
    return RepositoryAnswers(name=target.name, airflowkit_version=__version__, **given, **rest)


def _ask(ctx: typer.Context, target: Path, given: dict[str, Any]) -> None:
    """Ask for each answer that was not given and that changes anything."""
    introduce()
    for option in ctx.command.params:
        name = str(option.name)
        if name in _DEFAULTS and name not in given and matters(name, given):
            default = implied(name, given, _DEFAULTS[name])
            given[name] = answer(name, getattr(option, "help", ""), default, partial(_check, name, target, given))


def _check(name: str, target: Path, given: Mapping[str, Any], value: Any) -> None:
    _answers(target, {**given, name: value})


def _option(name: str, value: Any) -> list[str]:
    flag = f"--{name.replace('_', '-')}"
    if isinstance(value, bool):
        return [flag if value else f"--no-{flag[2:]}"]
    return [flag, ",".join(value) if isinstance(value, tuple) else str(value)]
