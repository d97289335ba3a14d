"""Which findings count: settings and comments."""

from pathlib import Path

import pytest

from airflowkit.checks.model.comments import Comment
from airflowkit.checks.model.findings import Finding, Severity
from airflowkit.checks.suppression.selection import narrowed, selected
from airflowkit.errors import SettingsError
from airflowkit.setting_sections import Check
from airflowkit.settings import check_settings

FOLDER = Path("/repository/dags")


def finding(code: str = "AK401", path: str = "/repository/dags/team/orders.py", line: int = 3) -> Finding:
    return Finding(code, Severity.WARNING, "message", path, line, "orders", "load")


def codes(options: Check, *findings: Finding) -> list[str]:
    return [it.code for it in selected(findings, options, FOLDER, no_comments).findings]


def no_comments(_path: str) -> tuple[Comment, ...]:
    return ()


def test_a_code_may_be_the_beginning_of_one():
    assert codes(Check(select=["AK4"]), finding("AK401"), finding("AK201")) == ["AK401"]


@pytest.mark.parametrize("code", ["AK101", "AK102", "AK103", "AK104", "AK113"])
def test_a_file_that_cannot_be_imported_counts_whatever_is_selected(code):
    """Its DAGs have been seen by no rule: nothing found would be a false green."""
    assert codes(Check(select=["AK4"]), finding(code), finding("AK201")) == [code]
    assert codes(Check(select=["AK4"], ignore={code: "legacy"}), finding(code)) == []


def test_an_ignored_rule_is_silent():
    assert codes(Check(ignore={"AK4": "legacy"}), finding("AK401"), finding("AK201")) == ["AK201"]


def test_a_rule_may_be_ignored_in_some_files_only():
    options = Check(per_path={"team/*": {"AK401": "legacy"}})
    assert codes(options, finding(), finding(path="/repository/dags/new.py")) == ["AK401"]


def test_the_patterns_of_paths_may_begin_beside_the_dag_folder():
    """As the report shows them."""
    assert codes(Check(per_path={"dags/team/*": {"AK401": "legacy"}}), finding()) == []


def test_what_is_ignored_is_counted_and_what_is_not_asked_is_not():
    options = Check(select=["AK4"], ignore={"AK402": "legacy"})
    asked = selected([finding(), finding("AK402"), finding("AK201")], options, FOLDER, no_comments)
    assert ([it.code for it in asked.findings], asked.ignored) == (["AK401"], 1)


def test_a_severity_may_be_changed():
    (changed,) = selected([finding()], Check(severity={"AK401": "info"}), FOLDER, no_comments).findings
    assert changed.severity is Severity.INFO


@pytest.mark.parametrize(
    "options",
    [
        Check(select=["AX"]),
        Check(select=[""]),
        Check(ignore={"AK999": "never was"}),
        Check(severity={"AK999": "info"}),
        Check(per_path={"*": {"AK999": "never was"}}),
    ],
)
def test_a_rule_that_does_not_exist_is_wrong_use(options):
    with pytest.raises(SettingsError, match=r"^\[check\] names '.*', which is not a rule"):
        narrowed(options, [], [])


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("AK40l", "did you mean 'AK"),
        ("pod-without-limits", "its code is AK401"),
        ("X", "`airflowkit explain` lists all rules"),
        ("", "`airflowkit explain` lists all rules"),
    ],
)
def test_the_command_lines_mistake_says_what_may_have_been_meant(code, hint):
    with pytest.raises(SettingsError, match=f"^--select names '{code.upper()}', which is not a rule") as raised:
        narrowed(Check(), [code], [])
    assert raised.value.hint.startswith(hint)


def test_the_command_line_replaces_select_and_adds_to_ignore():
    options = narrowed(Check(select=["AK1"], ignore={"AK401": "legacy"}), ["AK4,ak501", "AK6"], ["AK402"])
    assert options.select == ["AK4", "AK501", "AK6"]
    assert set(options.ignore) == {"AK401", "AK402"}
    assert narrowed(Check(select=["AK1"]), [], []).select == ["AK1"]


def test_codes_in_the_settings_may_be_small_letters():
    options = Check(
        select=["ak4"], ignore={"ak402": "legacy"}, severity={"ak401": "info"}, per_path={"*": {"ak4": "x"}}
    )
    assert narrowed(options, [], []) == options
    assert options.select == ["AK4"]


def test_an_ignore_needs_a_reason(tmp_path):
    (tmp_path / "airflowkit.toml").write_text('[check]\nignore = { AK401 = " " }\n')
    with pytest.raises(SettingsError, match="needs a reason"):
        check_settings(tmp_path)


def test_a_comment_with_a_reason_silences_its_statement_only():
    comments = {"orders.py": [Comment(("AK401",), "by hand", 1, range(1, 3)), Comment(("AK401",), "", 5, range(5, 6))]}
    found = [finding(path="orders.py", line=line) for line in (1, 2, 3, 5)]
    left = selected(found, Check(), FOLDER, comments.__getitem__)
    assert ([it.line for it in left.findings], left.ignored) == ([3, 5], 2)


def test_pyproject_has_options_too_and_airflowkit_toml_wins(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.airflowkit.check]\nmin_retries = 2\nmax_retries = 3\n")
    (tmp_path / "airflowkit.toml").write_text("[check]\nmin_retries = 1\n")
    options = check_settings(tmp_path)
    assert (options.min_retries, options.max_retries) == (1, 3)


def test_a_mistake_in_pyproject_is_named(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.airflowkit.check]\nmin_retires = 2\n")
    (tmp_path / "airflowkit.toml").touch()
    with pytest.raises(SettingsError, match="min_retires"):
        check_settings(tmp_path)
