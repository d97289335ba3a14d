"""`make story` on a machine that cannot tell it; on one that can, it is its own test."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def story(*arguments, **environment):
    names = {name: value for name, value in os.environ.items() if name not in {"AIRFLOW_CHART", "HELM", "GIT_SYNC"}}
    command = [sys.executable, "-m", "scripts.story", *arguments]
    return subprocess.run(command, cwd=ROOT, env=names | environment, capture_output=True, text=True, check=False)


def test_the_story_says_which_files_it_lacks():
    result = story("default", AIRFLOW_CHART=__file__, GIT_SYNC="/not/there")
    assert result.returncode == 1
    assert "set HELM (" in result.stderr
    assert "GIT_SYNC (" in result.stderr
    assert "AIRFLOW_CHART" not in result.stderr


def test_contributors_find_each_kind_of_story():
    (kinds,) = re.findall(r"^  KIND +(.+)$", story("--help").stdout, re.MULTILINE)
    table = (ROOT / "CONTRIBUTING.md").read_text().partition("| `KIND` |")[2].partition("\n\n")[0]
    assert kinds.split(", ") == re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
