"""The `airflowkit` command: its sub-commands, and what an error looks like.

A sub-command's module is imported when it is called: `--help` and typing errors cost little more than Typer itself.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from airflowkit.errors import AirflowKitError

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMANDS: Final = {
    "new-repo": "Write a git-sync repository for DAGs.",
    "new-dag": "Write a DAG file that passes every check and runs.",
    "update": "Bring a later scaffold into a repository.",
    "secrets": "Make, apply and check the Secrets of the deployment.",
    "connections": "Write connections and users for a deployment.",
    "check": "Check DAG files before they are pushed.",
    "diff": "Show what a push changes, before it is pushed.",
    "adopt": "Rewrite raw pods to pod_task, where they stay equal.",
    "eject": "Rewrite pod_task to raw pods, where they stay equal.",
    "upgrade": "Show what another Airflow makes of the DAGs.",
    "run": "Run a DAG and its pods on this computer.",
    "render": "Print a DAG's pods as YAML.",
    "explain": "Show where a pod's values come from, or what a rule means.",
    "doctor": "Examine a deployment: values, Airflow and cluster.",
    "convert-values": "Convert an old Helm values file to today's chart.",
    "teams": "Preview and test the alerts in Microsoft Teams.",
}
"""The sub-commands, each in the module of its name, and what `airflowkit --help` says about it."""

USAGE_ERROR: Final[Any] = typer.BadParameter.__mro__[1]
"""Click's UsageError: some versions of Typer bring their own copy of Click."""
_NOT_WRITTEN: Final = frozenset({errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""The reader is gone, or a disk or its quota is full."""
_NOT_USABLE: Final = frozenset({errno.ENAMETOOLONG, errno.EACCES, errno.EPERM, errno.EROFS, errno.ELOOP})
"""What is wrong with a path that the user named, and with no code."""


class _Command(TyperCommand):
    """A command whose usage errors name it, and whose examples can be copied from its help."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with _usage_errors_of(ctx):
            return super().parse_args(ctx, args)

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        prose, found, examples = (self.help or "").partition("\n\nExample")
        if found:
            lines = [line for line in f"Example{examples}".splitlines() if line.strip()]
            self.help = "\n".join([prose, "", "\b", *lines])  # \b: Click wraps no line of this paragraph
        super().format_help_text(ctx, formatter)


class _Group(TyperGroup):
    """A group of commands whose usage errors name it, and which prints its help where no command is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args and not ctx.resilient_parsing:
            typer.echo(ctx.get_help(), err=True)
            raise typer.Exit(2)
        with _usage_errors_of(ctx):
            return super().parse_args(ctx, args)

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options. To turn a flag's default of None into a bool, Typer would import Pydantic."""
        parameters = super().get_params(ctx)
        for parameter in parameters:
            if getattr(parameter, "is_flag", False) and parameter.default is None:
                parameter.default = False
        return parameters


class _LazyCommand(TyperCommand):
    """A sub-command whose module is imported when it is called, or asked for its help."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        return load_command(str(self.name)).make_context(info_name, args, parent, **extra)


class _Airflowkit(_Group):
    """The group of all sub-commands."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, summary in COMMANDS.items():
            self.add_command(_LazyCommand(name, short_help=summary))


app = typer.Typer(
    name="airflowkit",
    help="""Pods, alerts, checks and local runs for Apache Airflow on Kubernetes.

\b
Example: airflowkit new-repo my-dags && cd my-dags && airflowkit run hello_pod""",
    cls=_Airflowkit,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # Rich takes longer to import than everything else that help needs
)


def load_command(name: str) -> Any:
    """Import a sub-command: a function of its module, or a Typer application with commands of its own."""
    module_name = name.replace("-", "_")
    command = getattr(import_module(f"airflowkit.cli.{module_name}"), module_name)
    loaded = typer.Typer(rich_markup_mode=None)
    if isinstance(command, typer.Typer):
        for registered in command.registered_commands:
            registered.cls = _Command
        loaded.add_typer(command, name=name, cls=_Group)
    else:
        loaded.command(name, cls=_Command)(command)
    return get_group(loaded).commands[name]


@contextmanager
def _usage_errors_of(ctx: Any) -> Iterator[None]:
    """Add the context to a usage error: Click's parser leaves it out where an option lacks its value."""
    try:
        yield
    except USAGE_ERROR as error:
        error.ctx = error.ctx or ctx
        raise


def _print_version(asked: bool) -> None:  # noqa: FBT001  Typer's signature
    if asked:
        from importlib.metadata import version

        from airflowkit import __version__

        typer.echo(f"airflowkit {__version__}, Airflow {version('apache-airflow')}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command; wrong use is one line on standard error and exit status 2."""
    try:
        status = app(prog_name="airflowkit", standalone_mode=False)
        if sys.stdout:  # it is None where the shell has closed it
            sys.stdout.flush()
    except USAGE_ERROR as error:
        _fail(_one_line(error))
    except AirflowKitError as error:
        _fail(str(error))
    except OSError as error:
        if error.errno in _NOT_USABLE and error.filename:
            _fail(f"{os.fsdecode(error.filename)} cannot be used: {error.strerror}")
        if error.errno not in _NOT_WRITTEN:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left cannot be written either
        if error.errno == errno.EPIPE:  # as with `| head`
            sys.exit(1)
        _fail(f"cannot write: {error.strerror}")
    except typer.Abort:
        typer.echo(err=True)  # ends the line of the question
        sys.exit(130)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(status if isinstance(status, int) else 0)


def _one_line(error: Any) -> str:
    message = " ".join(error.format_message().split()).replace("Value error, ", "")  # Pydantic's words
    message = message.removeprefix("Invalid value: ")  # Click's words where it is no option's value
    end = "" if message.endswith((".", "?")) else "."
    return f"{message}{end} See `{error.ctx.command_path} --help`"


def _fail(message: str) -> NoReturn:
    print(f"airflowkit: {message}", file=sys.stderr)  # noqa: T201  a library's logger would decorate the line
    sys.exit(2)
