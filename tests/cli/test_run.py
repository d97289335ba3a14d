"""What `airflowkit run` refuses before it starts anything."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from airflowkit.cli.app import app


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--conf", "day=1"], "not valid JSON"),
        (["--conf", "[1]"], "not a JSON object"),
        (["--date", "yesterday"], "'yesterday' is not a valid date"),
        (["--date", ""], "'' is not a valid date"),
        (["--answer", "approve"], "'approve' is not TASK=CHOICE"),
        (["--json", "nowhere/report.json"], "nowhere/report.json cannot be written"),
        (["--json", "dags"], "dags cannot be written"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(arguments, words, tmp_path, monkeypatch):
    (tmp_path / "dags").mkdir()
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(app, ["run", "orders", "--dags-folder", "dags", *arguments])
    assert ended.exit_code == 2
    assert words in " ".join(ended.output.replace("│", "").split())
