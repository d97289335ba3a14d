"""The command as a whole: what it lists, what wrong use says, and what its help shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from airflowkit.cli.app import COMMANDS, app, load_command, main

GROUPS = {"teams"}
WIDTH = 80


def leaves(command, path=()):
    """Yield each command that does something, with the words that call it."""
    for name in getattr(command, "commands", ()):
        sub_command = load_command(name) if not path else command.commands[name]
        yield from leaves(sub_command, (*path, name))
    if not hasattr(command, "commands"):
        yield path, command


LEAVES = dict(leaves(get_command(app)))
OPTIONS = [
    (path, option, parameter.is_flag)
    for path, command in LEAVES.items()
    for parameter in command.params
    if parameter.param_type_name == "option"
    for option in (*parameter.opts, *parameter.secondary_opts)
]
REQUIRED = [path for path, command in LEAVES.items() if any(it.required for it in command.params)]


@pytest.fixture
def refused(monkeypatch, capsys):
    """Call the command, which must refuse in one line with exit status 2, and return the line."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["airflowkit", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capsys.readouterr()
        assert (ended.value.code, output.out, output.err.count("\n")) == (2, "", 1), output.err
        return output.err.strip()

    return call


TOO_LONG = "a" * 300
TAKE_A_PATH = [
    *(("check", TOO_LONG), ("check", f"{TOO_LONG}.py"), ("check", "--baseline", TOO_LONG)),
    *(("new-repo", "--defaults", TOO_LONG), ("update", TOO_LONG), ("convert-values", TOO_LONG), ("doctor", TOO_LONG)),
    *(("render", TOO_LONG), ("render", f"{TOO_LONG}.py"), ("explain", TOO_LONG)),
]


@pytest.fixture
def help_of(monkeypatch, capsys):
    """Return what `--help` of a command prints."""

    def call(*path):
        monkeypatch.setattr(sys, "argv", ["airflowkit", *path, "--help"])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0
        return capsys.readouterr().out

    return call


def expected(message, *path):
    return f"airflowkit: {message} See `{' '.join(('airflowkit', *path))} --help`"


@pytest.mark.parametrize(("path", "option"), [(path, option) for path, option, is_flag in OPTIONS if not is_flag])
def test_an_option_without_its_value_is_refused_in_one_line(refused, path, option):
    assert refused(*path, option) == expected(f"Option '{option}' requires an argument.", *path)


@pytest.mark.parametrize(
    ("path", "option"), [(path, it) for path, it, is_flag in OPTIONS if is_flag and it.startswith("--")]
)
def test_a_flag_with_a_value_is_refused_in_one_line(refused, path, option):
    assert refused(*path, f"{option}=yes") == expected(f"Option '{option}' does not take a value.", *path)


@pytest.mark.parametrize("path", [(), *LEAVES, *((group,) for group in GROUPS)])
def test_an_unknown_option_is_refused_in_one_line(refused, path):
    assert refused(*path, "--zzz") == expected("No such option: --zzz.", *path)


@pytest.mark.parametrize("path", REQUIRED)
def test_a_missing_argument_is_refused_in_one_line(refused, path):
    assert refused(*path).startswith("airflowkit: Missing argument ")


@pytest.mark.parametrize("path", LEAVES)
def test_the_usage_names_arguments_in_capitals(help_of, path):
    """Typer names one without a metavar as the function's parameter is named, in braces."""
    usage = help_of(*path).splitlines()[0].removeprefix(f"Usage: airflowkit {' '.join(path)} ")
    assert re.findall(r"[\[{][a-z]\w*", usage) == []


@pytest.mark.parametrize(("path", "line"), [
    (("chek",), "No such command 'chek'. Did you mean 'check'?"),
    (("zzz",), "No such command 'zzz'."),
])  # fmt: skip
def test_an_unknown_command_is_refused_with_the_nearest_one(refused, path, line):
    assert refused(*path) == expected(line)


def test_an_unknown_command_of_a_group_is_refused_with_the_nearest_one(refused):
    assert refused("teams", "tst") == expected("No such command 'tst'. Did you mean 'test'?", "teams")


def test_a_value_that_is_not_one_of_the_choices_is_refused_with_the_choices(refused):
    line = refused("check", "--format", "xml")
    assert line.startswith("airflowkit: Invalid value for '--format': 'xml' is not one of 'text', 'json', ")


def test_a_value_of_the_wrong_type_is_refused_in_one_line(refused):
    assert "'--workers'" in refused("check", "--workers", "many")
    assert "'--workers'" in refused("check", "--workers", "0")


@pytest.mark.parametrize("path", sorted(LEAVES.keys() - {("adopt",), ("check",), ("eject",)}))
def test_an_argument_too_many_is_refused_in_one_line(refused, path):
    assert "extra argument" in refused(*path, "one", "two", "three")


@pytest.mark.parametrize("path", [(), *((group,) for group in GROUPS)])
def test_no_command_prints_the_help_and_is_wrong_use(monkeypatch, capsys, help_of, path):
    monkeypatch.setattr(sys, "argv", ["airflowkit", *path])
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, capsys.readouterr()) == (2, ("", help_of(*path)))


def test_the_help_lists_every_command_in_one_line_each(help_of):
    lines = help_of().splitlines()
    assert [line for line in lines if len(line) > WIDTH] == []
    for name, summary in COMMANDS.items():
        assert any(line.split() == [name, *summary.split()] for line in lines)


@pytest.mark.parametrize("path", LEAVES)
def test_the_help_of_a_command_shows_an_example_that_can_be_copied(help_of, path):
    examples = help_of(*path).partition("Example")[2].partition("\n\n")[0].removeprefix("s").removeprefix(":")
    lines = [line.strip() for line in examples.splitlines() if line.strip()]
    assert lines
    assert [line for line in lines if not line.startswith(" ".join(("airflowkit", *path)))] == []


@pytest.mark.parametrize(
    ("words", "completions"),
    [
        ("airflowkit ne", ["new-repo", "new-dag"]),
        ("airflowkit check --form", ["--format"]),
        ("airflowkit check --format j", ["json", "junit"]),
        ("airflowkit teams te", ["test"]),
        ("airflowkit run --runtime p", ["process", "podman"]),
        ("airflowkit new-dag orders --template ma", ["mapped"]),
    ],
)
def test_a_shell_completes_commands_options_and_choices(words, completions):
    environment = {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" ")), "_AIRFLOWKIT_COMPLETE": "complete_bash"}
    command = Path(sys.executable).with_name("airflowkit")
    ended = subprocess.run([command], env={**os.environ, **environment}, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == completions


@pytest.mark.parametrize("arguments", TAKE_A_PATH, ids=lambda given: " ".join(given)[:30])
def test_a_path_that_cannot_be_one_is_one_line(refused, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dags").mkdir()
    assert TOO_LONG[:20] in refused(*arguments)
