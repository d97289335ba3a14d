"""Where `airflowkit connections` writes to, and in which form."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from airflowkit.deploy.connections.formats import as_commands, as_secret, as_variables, users_as_variables
from airflowkit.deploy.secrets.output import check_output, write_output
from airflowkit.errors import ConnectionsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from airflowkit.cli.connections import Format
    from airflowkit.deploy.connections.definitions import Connection, User


@dataclass(frozen=True, slots=True)
class Target:
    """The form of the text.

    Attributes:
        format: What is written.
        secret: The name of the Secret.
        namespace: The namespace of the Secret, or of the pod.
        pod: Where kubectl runs commands.
    """

    format: Format
    secret: str
    namespace: str
    pod: str

    def text(self, connections: Sequence[Connection], users: Sequence[User]) -> str:
        """Return connections and users in this form.

        Raises:
            ConnectionsError: One of them cannot have it.
        """
        if self.format == "env":
            return as_variables(connections) + (users_as_variables(users) if users else "")
        if self.format == "secret":
            if users:
                raise ConnectionsError("users are in no Secret", hint="Take --format kubectl for users")
            return as_secret(connections, self.secret, self.namespace)
        return as_commands(connections, users, self._prefix() if self.format == "kubectl" else ())

    def _prefix(self) -> list[str]:
        place = ["--namespace", self.namespace] if self.namespace else []
        return ["kubectl", "exec", *place, self.pod, "--"]


def check_target(output: Path | None, *, show: bool) -> None:
    """Reject an output that would show secrets, before anything is asked.

    Raises:
        ConnectionsError: It is a terminal.
        SecretsError: Git could commit the file.
    """
    if output:
        check_output(output)
    elif sys.stdout.isatty() and not show:
        hint = "Pipe it on, write it with --output FILE, or add --show"
        raise ConnectionsError("the terminal would show secrets", hint=hint)


def write(text: str, output: Path | None) -> None:
    """Write the text."""
    if output:
        write_output(output, text)
        typer.echo(f"Wrote {output}, which only you can read", err=True)
    else:
        sys.stdout.write(text)
