"""What the pages of the site tell a reader to type exists: commands, options, settings, values of the chart."""

from __future__ import annotations

import re
import shlex
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from airflowkit.cli.app import COMMANDS, load_command
from airflowkit.deploy.values.chart import known, leaves, wrong_types
from airflowkit.settings import load_settings, settings_schema

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted([*DOCS.glob("how-to/*.md"), *DOCS.glob("symptoms/*.md")])
FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
SETTINGS = settings_schema()["properties"].keys()

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())


def blocks(page: Path, *languages: str) -> list[str]:
    """Return the blocks of code of a page, without the indentation of a list."""
    found = FENCE.findall(page.read_text())
    return [textwrap.dedent(code) for _, language, code in found if language in languages]


def commands(page: Path) -> list[list[str]]:
    """Return the calls of airflowkit that a page tells to type, each in words."""
    typed = [line for code in blocks(page, "sh") for line in code.replace("\\\n", " ").splitlines()]
    for code in blocks(page, "console"):
        typed += [line[2:] for line in code.replace("\\\n", " ").splitlines() if line.startswith("$ ")]
    calls = [part for line in typed for part in re.split(r" \| |&&|;", line)]
    words = [shlex.split(re.sub(r"<\(.*?\)", "FILE", call), comments=True) for call in calls if "airflowkit " in call]
    return [call[call.index("airflowkit") + 1 :] for call in words if "airflowkit" in call]


def options(command: Any) -> set[str]:
    return {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}


@each_page
def test_the_commands_and_options_of_a_page_exist(page):
    for name, *words in commands(page):
        assert name in COMMANDS
        command = load_command(name)
        if inner := getattr(command, "commands", {}):
            command = inner[words.pop(0)]
        given = {word.partition("=")[0] for word in words if word.startswith("-") and word != "-"}
        assert given - options(command) - {"--help"} == set()


@each_page
def test_the_settings_of_a_page_are_valid(page, tmp_path, monkeypatch):
    monkeypatch.delenv("AIRFLOWKIT_PROFILE", raising=False)
    for number, code in enumerate(blocks(page, "toml")):
        if tomllib.loads(code).keys() & SETTINGS:
            folder = tmp_path / str(number)
            folder.mkdir()
            (folder / "airflowkit.toml").write_text(code)
            load_settings(folder)


@each_page
def test_the_values_of_a_page_are_the_charts(page):
    for code in blocks(page, "yaml"):
        values = yaml.safe_load(re.sub(r"!\w+ ", "", code))
        if isinstance(values, dict) and values and all(known([key]) for key in values) and "airflow" not in values:
            assert [path for path, _ in leaves(values) if known(path) is None] == []
            assert list(wrong_types(values)) == []
