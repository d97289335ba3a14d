"""The reference of the command line, from the commands themselves: a page each."""

from __future__ import annotations

from typing import Any, Final

from scripts.site.tables import code, table
from scripts.site.undocumented import UndocumentedError, require

from airflowkit.cli.app import COMMANDS, load_command

FOLDER: Final = "reference/commands"
INTRODUCTION: Final = """\
`airflowkit --help` lists the commands, and `airflowkit COMMAND --help` says what is here. Each exits with 2 after wrong
use, with one line that says what was wrong.
"""


def pages() -> dict[str, str]:
    """Return the pages, by their place.

    Raises:
        UndocumentedError: A command or an option has no help, or a command no example.
    """
    rows = [(f"[`airflowkit {name}`]({name}.md)", summary) for name, summary in COMMANDS.items()]
    listed = f"# Commands\n\n{INTRODUCTION}\n{table(('command', 'what it does'), rows)}"
    return {f"{FOLDER}/index.md": listed} | {f"{FOLDER}/{name}.md": _page(name) for name in COMMANDS}


def _page(name: str) -> str:
    command = load_command(name)
    inner = getattr(command, "commands", {})
    if not inner:
        return f"# airflowkit {name}\n\n{described(f'airflowkit {name}', command)}"
    parts = "".join(f"\n## {name} {each}\n\n{described(f'airflowkit {name} {each}', inner[each])}" for each in inner)
    return f"# airflowkit {name}\n\n{require(command.help, name)}\n{parts}"


def described(path: str, command: Any) -> str:
    """Return what a command does, its examples, and its options.

    Raises:
        UndocumentedError: It or an option has no help, or it has no example.
    """
    prose, found, example = (command.help or "").partition("\n\nExample")
    require(prose, path)
    if not found:
        raise UndocumentedError(f"{path} has no example")
    lines = [line.strip() for line in example.lstrip("s").removeprefix(":").splitlines() if line.strip()]
    context = command.make_context(path, [], resilient_parsing=True)
    rows = [_row(path, each, context) for each in command.params if not each.hidden]
    usage = f"```text\n{' '.join([path, *command.collect_usage_pieces(context)])}\n```\n"
    examples = "```sh\n" + "".join(f"{line}\n" for line in lines) + "```\n"
    return f"{prose}\n\n{usage}\n{examples}\n{table(('option', 'what it does'), rows) if rows else ''}"


def _row(path: str, parameter: Any, context: Any) -> tuple[str, str]:
    require(parameter.help, f"{path}: {parameter.name}")
    names, text = parameter.get_help_record(context)
    return code(names), text
