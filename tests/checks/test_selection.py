"""Which findings count: settings, comments, the baseline."""

from pathlib import Path

import pytest

from airflowkit.checks import UnknownRule, baseline, explain
from airflowkit.checks.comments import comments
from airflowkit.checks.findings import Finding, Severity
from airflowkit.checks.options import options_of
from airflowkit.checks.selection import selected
from airflowkit.errors import SettingsError
from airflowkit.settings import Check

FOLDER = Path("/repository/dags")


def finding(code: str = "AK401", path: str = "/repository/dags/team/orders.py", line: int = 3) -> Finding:
    return Finding(code, Severity.WARNING, "message", path, line, "orders", "load")


def codes(options: Check, *findings: Finding) -> list[str]:
    return [it.code for it in selected(findings, options, FOLDER)]


def test_a_code_may_be_the_beginning_of_one():
    assert codes(Check(select=["AK4"]), finding("AK401"), finding("AK201")) == ["AK401"]


def test_an_ignored_rule_is_silent():
    assert codes(Check(ignore={"AK4": "legacy"}), finding("AK401"), finding("AK201")) == ["AK201"]


def test_a_rule_may_be_ignored_in_some_files_only():
    options = Check(per_path={"team/*": {"AK401": "legacy"}})
    assert codes(options, finding(), finding(path="/repository/dags/new.py")) == ["AK401"]


def test_a_severity_may_be_changed():
    (changed,) = selected([finding()], Check(severity={"AK401": "info"}), FOLDER)
    assert changed.severity is Severity.INFO


@pytest.mark.parametrize(
    "options",
    [
        Check(select=["AX"]),
        Check(ignore={"AK999": "never was"}),
        Check(severity={"AK999": "info"}),
        Check(per_path={"*": {"AK999": "never was"}}),
    ],
)
def test_a_rule_that_does_not_exist_is_wrong_use(options):
    with pytest.raises(SettingsError, match="which is no rule"):
        codes(options)


def test_an_ignore_needs_a_reason(tmp_path):
    (tmp_path / "airflowkit.toml").write_text('[check]\nignore = { AK401 = " " }\n')
    with pytest.raises(SettingsError, match="needs a reason"):
        options_of(tmp_path)


def test_a_comment_ignores_its_line_the_next_or_the_whole_file(tmp_path):
    (tmp_path / "dag.py").write_text(
        """\
x = 1  # airflowkit: ignore[AK401, AK402] by hand
# airflowkit: ignore[AK403] the next line
y = 2
# airflowkit: ignore-file[AK1] all of it
z = 3  # airflowkit: ignore[AK404]
"""
    )
    assert [(it.codes, it.reason, it.covers) for it in comments(tmp_path / "dag.py")] == [
        (("AK401", "AK402"), "by hand", 1),
        (("AK403",), "the next line", 3),
        (("AK1",), "all of it", None),
        (("AK404",), "", 5),
    ]


def test_a_comment_with_a_reason_silences_its_line_only(tmp_path):
    path = tmp_path / "dag.py"
    path.write_text("x = 1  # airflowkit: ignore[AK401] by hand\ny = 2  # airflowkit: ignore[AK401]\n")
    found = selected([finding(path=str(path), line=line) for line in (1, 2)], Check(), tmp_path)
    assert [it.line for it in found] == [2]


def test_pyproject_has_options_too_and_airflowkit_toml_wins(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.airflowkit.check]\nmin_retries = 2\nmax_retries = 3\n")
    (tmp_path / "airflowkit.toml").write_text("[check]\nmin_retries = 1\n")
    options = options_of(tmp_path)
    assert (options.min_retries, options.max_retries) == (1, 3)


def test_a_mistake_in_pyproject_is_named(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.airflowkit.check]\nmin_retires = 2\n")
    (tmp_path / "airflowkit.toml").touch()
    with pytest.raises(SettingsError, match="min_retires"):
        options_of(tmp_path)


def test_a_baseline_hides_what_it_holds_wherever_it_moves(tmp_path):
    path = tmp_path / "baseline.json"
    assert baseline.write([finding(line=3), finding(line=9), finding("AK402")], path) == 3
    left = baseline.without([finding(line=5), finding(line=11), finding(line=20), finding("AK402")], path)
    assert [it.line for it in left] == [20]


def test_without_a_baseline_everything_counts(tmp_path):
    assert len(baseline.without([finding()], tmp_path / "none.json")) == 1


def test_a_broken_baseline_is_wrong_use(tmp_path):
    (tmp_path / "baseline.json").write_text("{}x")
    with pytest.raises(SettingsError, match="is no baseline"):
        baseline.without([], tmp_path / "baseline.json")


def test_a_page_is_found_by_code_and_by_name():
    assert explain("AK401") == explain("pod-without-limits") == explain("ak401")
    assert explain("AK401").startswith("# AK401 pod-without-limits (warning)\n\nChecks that")


def test_an_unknown_code_has_no_page():
    with pytest.raises(UnknownRule, match="no rule 'AK4O1'"):
        explain("AK4O1")
