"""What did not change is not imported again; what did is."""

import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

from airflowkit import settings
from airflowkit.checks import engine
from airflowkit.checks.engine import check
from airflowkit.checks.parsing import new_pools
from airflows import for_this_airflow

DAG = for_this_airflow("""\
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator
{0}
with DAG("{1}", schedule=None):
    EmptyOperator(task_id="load")
""")


@pytest.fixture
def dags(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "dags"
    folder.mkdir()
    (folder / "first.py").write_text(DAG.format("", "first"))
    (folder / "second.py").write_text(DAG.format("import helper_of_the_cache", "second"))
    (folder / "helper_of_the_cache.py").write_text("")
    return folder


@pytest.fixture
def imported(monkeypatch):
    """The files that were given to workers since the last look."""
    files = []

    original = engine.parsed

    def results(jobs, *rest, **options):
        files.extend(job.path.rpartition("/")[2] for job in jobs)
        return original(jobs, *rest, **options)

    monkeypatch.setattr(engine, "parsed", results)

    def look():
        seen, files[:] = sorted(files), []
        return seen

    return look


def test_other_rules_and_severities_import_nothing_again(dags, imported):
    check([dags])
    assert imported() == ["first.py", "second.py"]
    for how in ({"select": ["AK2"]}, {"ignore": ["AK2"]}, {"once": True}, {}):
        check([dags], **how)
        assert imported() == []


def test_what_was_parsed_once_is_imported_again_for_rules_that_need_two_parses(dags, imported):
    check([dags], select=["AK2"], once=True)
    imported()
    check([dags])
    assert imported() == ["first.py", "second.py"]


def test_nothing_changed_nothing_imported(dags, imported):
    first = check([dags], once=True)
    assert imported() == ["first.py", "second.py"]
    assert check([dags], once=True) == first
    assert imported() == []


def test_a_changed_file_costs_that_file(dags, imported):
    check([dags], once=True)
    imported()
    (dags / "first.py").write_text(DAG.format("print()", "first"))
    assert [finding.code for finding in check([dags], once=True).findings] == ["AK105"]
    assert imported() == ["first.py"]


def test_a_changed_helper_costs_those_who_import_it(dags, imported):
    check([dags], pools=new_pools(1), once=True)
    imported()
    (dags / "helper_of_the_cache.py").write_text("print('now it prints')\n")
    assert [finding.code for finding in check([dags], once=True).findings] == ["AK105"]
    assert imported() == ["second.py"]


def test_a_file_that_was_read_counts_as_well(dags, imported):
    (dags / "names.txt").write_text("third")
    path = dags / "third.py"
    path.write_text(DAG.format(f"name = open({str(dags / 'names.txt')!r}).read()", "x").replace('"x"', "name"))
    check([dags], once=True)
    imported()
    (dags / "names.txt").write_text("first")
    assert [finding.code for finding in check([dags], once=True).findings] == ["AK202"]
    assert imported() == ["third.py"]


def test_changed_settings_cost_everything(dags, imported):
    check([dags], once=True)
    imported()
    settings.forget_settings()  # it lives as long as a command
    (dags.parent / "airflowkit.toml").write_text("[check]\nrequire_docs = true\n")
    assert [finding.code for finding in check([dags], once=True).findings] == ["AK207", "AK207"]
    assert imported() == ["first.py", "second.py"]


def test_what_failed_is_tried_again(dags, imported):
    (dags / "third.py").write_text("# airflow dag\nimport nosuch_of_the_cache\n")
    assert [finding.code for finding in check([dags], once=True).findings] == ["AK101"]
    imported()
    (dags / "nosuch_of_the_cache.py").write_text("")
    assert [finding.code for finding in check([dags], once=True).findings] == ["AK602"]
    assert imported() == ["third.py"]


def test_a_broken_cache_is_no_cache(dags, tmp_path, imported):
    check([dags], once=True)
    imported()
    (entry,) = (tmp_path / "cache" / "airflowkit" / "check").iterdir()
    entry.write_bytes(b"\x80\x04broken")
    assert check([dags], once=True).findings == ()
    assert imported() == ["first.py", "second.py"]


def test_a_folder_that_cannot_be_written_costs_only_time(dags, monkeypatch, imported):
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    check([dags], once=True)
    check([dags], once=True)
    assert imported() == ["first.py", "first.py", "second.py", "second.py"]


def test_a_comment_that_ignores_is_read_again_even_where_nothing_else_changed(dags, imported):
    path = dags / "first.py"
    path.write_text(DAG.format("print()", "first"))
    assert [finding.code for finding in check([dags], once=True).findings] == ["AK105"]
    path.write_text(DAG.format("print()", "first") + "# airflowkit: ignore-file[AK105] a word on the console\n")
    assert check([dags], once=True).findings == ()
    path.write_text(DAG.format("print()", "first") + "# airflowkit: ignore-file[AK106] a word on the console\n")
    assert [finding.code for finding in check([dags], once=True).findings] == ["AK105", "AK609"]


def test_a_change_within_the_same_second_and_of_the_same_size_counts(dags):
    path = dags / "first.py"
    status = path.stat()
    check([dags], once=True)
    path.write_text(path.read_text().replace('"first"', '"eerst"').replace("load", "l@ad"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert [finding.code for finding in check([dags], once=True).findings] == ["AK101"]


def test_a_file_that_looks_for_what_is_not_there_is_known_until_it_is(dags, imported):
    wanted = str(dags / "wanted.txt")
    looks = f"try: open({wanted!r})\nexcept OSError: pass\nelse: print()"
    (dags / "first.py").write_text(DAG.format(looks, "first"))
    check([dags], once=True)
    imported()
    check([dags], once=True)
    assert imported() == []
    Path(wanted).touch()
    assert [finding.code for finding in check([dags], once=True).findings] == ["AK105"]


@pytest.mark.parametrize("changed", ["first.py", "helper_of_the_cache.py"])
def test_what_is_edited_during_a_check_is_checked_again(dags, imported, changed):
    def edit(done, of):
        if done == of:
            (dags / changed).write_text("# airflow DAG\nprint()\n")

    assert check([dags], once=True, progress=edit).findings == ()
    assert "AK105" in [finding.code for finding in check([dags], once=True).findings]


def test_files_that_were_not_asked_for_stay_known(dags, imported):
    check([dags], once=True)
    imported()
    (dags / "first.py").write_text(DAG.format("x = 1", "first"))
    check([dags / "first.py"], once=True)
    assert imported() == ["first.py"]
    check([dags], once=True)
    assert imported() == []


def test_a_file_that_is_gone_is_forgotten(dags, tmp_path):
    check([dags], once=True)
    (dags / "second.py").unlink()
    (dags / "first.py").write_text(DAG.format("x = 1", "first"))
    check([dags], once=True)
    (entry,) = (tmp_path / "cache" / "airflowkit" / "check").iterdir()
    assert list(pickle.loads(entry.read_bytes())[1]) == [str(dags / "first.py")]


def test_an_interrupt_leaves_no_half_of_a_cache(dags, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        check([dags], once=True)
    assert list((tmp_path / "cache" / "airflowkit" / "check").iterdir()) == []


def test_what_is_known_needs_no_airflow(dags):
    """Nothing that imports files, or that they import, is loaded when nothing changed."""
    check([dags], once=True)
    code = "import sys; from airflowkit.cli.app import main\ntry: main()\nfinally: print(sorted(sys.modules))"
    command = [sys.executable, "-c", code, "check", str(dags), "--once"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "nothing found" in printed
    assert not re.findall(r"'(?:airflow|kubernetes)[.']", printed)
