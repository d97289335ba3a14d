"""One connection, of the flags of `airflowkit connections` and of what is asked on the terminal."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import typer

from airflowkit.cli.secret_prompts import answer, until_valid
from airflowkit.deploy.connections.definitions import Connection, connection_of
from airflowkit.deploy.connections.reading import file_content, of_environment
from airflowkit.deploy.secrets.content.kinds import CONNECTIONS, TYPES_BY_ID, Kind, Question
from airflowkit.deploy.secrets.content.text import Fault

if TYPE_CHECKING:
    from pathlib import Path

_PASSWORD: Final = Question("password", "password; Enter for none", hidden=True, default="-")
_WORKFLOW: Final = Question("password", "URL of the Teams workflow", hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The flags, named as those of `airflow connections add`; the password is only in an environment or a file."""

    conn_id: str
    conn_type: str = ""
    host: str = ""
    port: int | None = None
    schema: str = ""
    login: str = ""
    extra: str = ""
    password_env: str = ""
    password_file: Path | None = None

    def fields(self) -> dict[str, Any]:
        """Return the fields that are given.

        Raises:
            BadParameter: The password cannot be read.
        """
        names = ("host", "port", "schema", "login", "extra")
        given = {name: value for name in names if (value := getattr(self, name))}
        password = self._password()
        return given | ({"password": password} if password else {})

    def _password(self) -> str:
        name = self.password_env or str(self.password_file or "")
        flag = "--conn-password-env" if self.password_env else "--conn-password-file"
        try:
            if self.password_env:
                return of_environment(self.password_env)
            return file_content(self.password_file) if self.password_file else ""
        except Fault as fault:
            reason = str(fault)
        raise typer.BadParameter(f"{name} {reason}", param_hint=flag)


def connection_of_flags(flags: Flags) -> Connection:
    """Return the connection; what its type needs beyond the flags is asked for on a terminal.

    Raises:
        BadParameter: A flag is missing or not valid, and there is no terminal.
        ConnectionsError: The connection is not valid.
    """
    kind_name = flags.conn_type or TYPES_BY_ID.get(flags.conn_id, "")
    if not kind_name:
        raise typer.BadParameter(f"only {', '.join(TYPES_BY_ID)} can do without it", param_hint="--conn-type")
    given = flags.fields()
    extra = _extra(given.pop("extra", "{}"))
    answers = {each.name: given.pop(each.name, None) or _ask(flags, each) for each in _questions(kind_name)}
    document = _document(kind_name, answers)
    extra |= document.pop("extra", {})
    return connection_of(flags.conn_id, document | given | ({"extra": extra} if extra else {}), "--conn-id")


def _questions(kind_name: str) -> tuple[Question, ...]:
    if kind_name == "teams":
        return (_WORKFLOW,)
    if kind_name == "kubernetes":  # its worker's own service account
        return ()
    return CONNECTIONS[kind_name].questions if kind_name in CONNECTIONS else (_PASSWORD,)


def _document(kind_name: str, answers: dict[str, str]) -> dict[str, Any]:
    kind: Kind | None = CONNECTIONS.get(kind_name)
    if kind and kind.assemble:
        return dict(json.loads(kind.assemble(answers)))
    answers = {name: value for name, value in answers.items() if value != _PASSWORD.default}
    return {"conn_type": "http" if kind_name == "teams" else kind_name, **answers}


def _ask(flags: Flags, question: Question) -> str:
    if sys.stdin.isatty():
        typer.echo(f"{flags.conn_id}:", err=True)
        return until_valid(lambda: answer(question))
    if not question.default:
        raise typer.BadParameter(
            f"the {question.label} is missing, and there is no terminal to ask on", param_hint=_flag(question)
        )
    return question.default


def _flag(question: Question) -> str:
    return "--conn-password-env or --conn-password-file" if question.hidden else f"--conn-{question.name}"


def _extra(text: str) -> dict[str, Any]:
    try:
        extra = json.loads(text)
    except json.JSONDecodeError as error:
        raise typer.BadParameter(
            f"not valid JSON: {error.msg}, column {error.colno}", param_hint="--conn-extra"
        ) from None
    if not isinstance(extra, dict):
        raise typer.BadParameter("it is not a JSON object", param_hint="--conn-extra")
    return extra
