"""The baseline: what it holds, and when it calls an entry gone."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from airflowkit.checks.model.findings import Finding, Severity
from airflowkit.checks.report import Examined, Report
from airflowkit.checks.rules import BY_CODE
from airflowkit.checks.suppression.baseline import FILE, Baseline
from airflowkit.errors import BaselineNotWritten, SettingsError


@pytest.fixture
def root(tmp_path) -> Path:
    (tmp_path / "airflowkit.toml").touch()
    (tmp_path / "dags").mkdir()
    return tmp_path


def finding(code: str = "AK401", path: str = "dags/orders.py", line: int = 3, task_id: str | None = "load") -> Finding:
    return Finding(code, Severity.WARNING, "message", path, line, "orders", task_id)


def report(
    root: Path, *findings: Finding, files=("dags/orders.py",), failed=(), whole=True, codes=tuple(BY_CODE)
) -> Report:
    imported, broken = (frozenset(str(root / name) for name in names) for names in (files, failed))
    asked = () if whole else tuple(root / name for name in files)
    placed = tuple(replace(it, path=str(root / it.path)) for it in findings)
    return Report(placed, len(files), 1, examined=(Examined(root / "dags", asked, imported, broken, frozenset(codes)),))


def accepted(root: Path, *findings: Finding, **how) -> Baseline:
    baseline = Baseline.of(root).updated_with(report(root, *findings, **how))
    baseline.write()
    return Baseline.of(root)


def test_it_hides_what_it_holds_wherever_that_moves(root):
    known = accepted(root, finding(line=3), finding(line=9), finding("AK402"))
    sifted = known.without_known(report(root, finding(line=5), finding(line=11), finding(line=20), finding("AK402")))
    assert [it.line for it in sifted.findings] == [20]
    assert (sifted.known, sifted.gone) == (3, 0)


def test_without_a_file_everything_counts(root):
    assert len(Baseline.of(root).without_known(report(root, finding())).findings) == 1


@pytest.mark.parametrize("content", ["{}x", "[1]", '[{"path": "a"}]', '{"a": 1}', "\xff"])
def test_a_file_that_is_none_is_wrong_use(root, content):
    (root / FILE).write_text(content, encoding="latin-1")
    with pytest.raises(SettingsError, match=r"is not a valid baseline: .*; delete it and use --write-baseline"):
        Baseline.of(root)


def test_its_paths_start_at_the_repositorys_root_wherever_the_command_runs(root, monkeypatch):
    known = accepted(root, finding())
    assert [entry["path"] for entry in json.loads((root / FILE).read_text())] == ["dags/orders.py"]
    monkeypatch.chdir(root / "dags")
    named = Finding("AK401", Severity.WARNING, "message", "orders.py", 3, "orders", "load")
    assert known.without_known(Report((named,), 1, 1)).findings == ()
    assert Baseline.of(Path("orders.py")).path == root / FILE


def test_where_there_is_no_repository_it_is_beside_the_dag_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("AIRFLOW__CORE__DAGS_FOLDER", raising=False)
    for name in ("dags", "flat"):
        (tmp_path / name).mkdir()
    assert Baseline.of(tmp_path / "dags").path == tmp_path / FILE
    assert Baseline.of(tmp_path / "flat").path == tmp_path / "flat" / FILE


def test_its_order_is_that_of_the_paths_and_the_same_at_each_writing(root):
    findings = [finding(path="dags/b.py", task_id=None), finding("AK999", "dags/a.py"), finding("AK101", "dags/a.py")]
    accepted(root, *findings)
    first = (root / FILE).read_bytes()
    accepted(root, *reversed(findings))
    assert (root / FILE).read_bytes() == first
    assert [(it["path"], it["code"]) for it in json.loads(first)] == [
        ("dags/a.py", "AK101"),
        ("dags/a.py", "AK999"),
        ("dags/b.py", "AK401"),
    ]


def test_what_was_fixed_is_called_gone_and_removed(root):
    known = accepted(root, finding(), finding(), finding("AK402"))
    now = report(root, finding())
    assert known.without_known(now).gone == 2
    assert sum(known.updated_with(now).counts.values()) == 1


@pytest.mark.parametrize(
    "looked",
    [
        {"files": ("dags/returns.py",), "whole": False},
        {"codes": ("AK402",)},
        {"files": (), "failed": ("dags/orders.py",)},
    ],
    ids=["another file", "another rule", "a file that could not be imported"],
)
def test_what_was_not_looked_for_is_neither_called_gone_nor_removed(root, looked):
    known = accepted(root, finding())
    now = report(root, **looked)
    assert known.without_known(now).gone == 0
    assert known.updated_with(now).counts == known.counts


def test_a_file_that_was_deleted_is_gone_once_the_whole_folder_is_checked(root):
    known = accepted(root, finding())
    assert known.without_known(report(root, files=("dags/other.py",), whole=False)).gone == 0
    assert known.without_known(report(root, files=("dags/other.py",))).gone == 1


def test_what_files_have_together_is_gone_only_once_all_are_checked(root):
    known = accepted(root, finding("AK202"))
    assert known.without_known(report(root, whole=False)).gone == 0
    assert known.without_known(report(root)).gone == 1


def test_files_beside_the_dag_folder_are_looked_at_with_the_whole_of_it(root):
    known = accepted(root, finding("AK604", "Dockerfile", task_id=None), finding(path="other/dags/orders.py"))
    assert known.without_known(report(root, whole=False)).gone == 0
    assert known.without_known(report(root)).gone == 1


def test_it_is_written_whole_or_not_at_all(root, monkeypatch):
    accepted(root, finding())
    before = (root / FILE).read_bytes()
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(BaselineNotWritten, match=f"{FILE} cannot be written: No space left on device"):
        accepted(root, finding("AK402"))
    assert (root / FILE).read_bytes() == before
    assert {path.name for path in root.iterdir()} == {FILE, "airflowkit.toml", "dags"}


def test_a_folder_that_is_not_there_is_an_error_of_one_line(root):
    with pytest.raises(BaselineNotWritten, match=r"cannot be written: No such file or directory; name another"):
        Baseline.of(root, root / "gone" / "baseline.json").write()


def test_a_link_stays_a_link_and_others_may_read_the_file(root):
    (root / "kept").mkdir()
    (root / FILE).symlink_to("kept/baseline.json")
    accepted(root, finding())
    assert (root / FILE).is_symlink()
    assert stat.S_IMODE((root / "kept" / "baseline.json").stat().st_mode) == 0o644
