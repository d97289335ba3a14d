"""What the tests of `airflowkit new-repo` share: the command, and the answers that a repository was made with."""

import json
import sys

import pytest

from airflowkit.cli.app import main
from airflowkit.scaffold.record import RECORD


@pytest.fixture
def new_repo(tmp_path, monkeypatch, capsys):
    """The command as its script calls it, without the cost of a process; its status, and what it printed."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["airflowkit", "new-repo", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code, printed.out + printed.err

    return run


def answers_of(repository):
    return json.loads((repository / RECORD).read_text())["answers"]
