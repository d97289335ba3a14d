"""`airflowkit explain` of rules."""

import subprocess
import sys

import pytest

from airflowkit.checks.rules import FAMILIES, RULES, explain
from airflowkit.errors import UnknownRule


def airflowkit(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from airflowkit.cli.app import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_a_page_is_found_by_code_and_by_name():
    assert explain("AK401") == explain("pod-without-limits") == explain("ak401")
    assert explain("AK401").startswith("# AK401 pod-without-limits (warning)\n\nChecks that")


@pytest.mark.parametrize("name", ["AK4O1", "pod-without-limit"])
def test_an_unknown_rule_has_no_page(name):
    with pytest.raises(UnknownRule, match=f"^no rule '{name}'; did you mean '"):
        explain(name)


def test_every_rule_belongs_to_a_family():
    assert {rule.code[:3] for rule in RULES} == set(FAMILIES)


def test_without_an_argument_all_rules_are_listed_by_family():
    lines = airflowkit("explain").stdout.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ")] == [rule.code for rule in RULES]
    assert [line for line in lines if line.startswith("AK")] == [f"{code}xx  {it}" for code, it in FAMILIES.items()]
    listed = {line.split()[0]: line for line in lines if line.startswith("  ")}
    assert listed["AK105"].split(maxsplit=4)[1:4] == ["prints-at-import", "warning", "--fix"]
    assert listed["AK401"].endswith("  Checks that each pod requests CPU and memory, and has a memory limit.")


def test_a_family_lists_its_rules():
    result = airflowkit("explain", "ak6")
    assert result.stdout.startswith("AK6xx  The repository and its deployment\n  AK601")
    assert "AK5" not in result.stdout


@pytest.mark.parametrize("name", ["ak401", "pod-without-limits", "Pod-Without-Limits"])
def test_a_rule_prints_its_page(name):
    result = airflowkit("explain", name)
    assert "AK401 pod-without-limits (warning)" in result.stdout
    assert "How to fix it" in result.stdout


def test_a_rule_that_does_not_exist_is_one_line():
    result = airflowkit("explain", "AK999")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("airflowkit: no rule 'AK999'; did you mean ")


def test_a_misspelt_rule_is_not_mistaken_for_a_dag(tmp_path):
    result = airflowkit("explain", "pod-without-limit", "--dags-folder", str(tmp_path))
    assert result.returncode == 2
    assert result.stderr.endswith("did you mean 'pod-without-limits'?\n")
