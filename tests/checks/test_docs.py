"""The rules' documentation is what the rules say."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from airflowkit.checks.rules import BY_CODE

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "checks.md"
SCRIPT = Path(__file__).parents[2] / "scripts" / "rules.py"


def test_the_generated_page_is_current():
    result = subprocess.run([sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def part(heading: str) -> str:
    """Return the part of the page below a heading."""
    return PAGE.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def codes_of_ruff() -> set[str]:
    pytest.importorskip("ruff", reason="an environment of the matrix has no linter")
    command = [sys.executable, "-m", "ruff", "rule", "--all", "--output-format", "json"]
    rules = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {rule["code"] for rule in rules if rule["code"]}


def test_every_rule_named_for_a_check_of_another_tool_exists():
    peers = part("What other tools check")
    ours, theirs = set(re.findall(r"\bAK\d{3}\b", peers)), set(re.findall(r"\b(?:AIR|I)\d{3}\b", peers))
    assert ours
    assert theirs
    assert ours <= BY_CODE.keys()
    assert theirs <= codes_of_ruff()


def test_every_airflow_rule_of_ruff_is_in_the_comparison():
    for_airflow = {code for code in codes_of_ruff() if code.startswith("AIR")}
    assert for_airflow
    assert for_airflow <= set(re.findall(r"\bAIR\d{3}\b", part("What other tools check")))
