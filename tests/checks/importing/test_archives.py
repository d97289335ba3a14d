"""Zipped DAGs are checked as Airflow loads them: the modules at the archive's root."""

from pathlib import Path
from zipfile import ZipFile

import pytest

from airflowkit.checks.engine import checked
from airflowkit.setting_sections import Check

DAG = """\
from airflow.providers.common.compat.sdk import DAG, BaseOperator
from zipped.names import TASK

with DAG("{0}", schedule=None):
    BaseOperator(task_id=TASK)
"""


@pytest.fixture
def archive(tmp_path):
    """Return a function that writes an archive of the DAG folder."""

    def write(name: str, files: dict[str, str]) -> Path:
        with ZipFile(tmp_path / name, "w") as opened:
            for module, text in files.items():
                opened.writestr(module, text)
        return tmp_path / name

    return write


def checked_archives(pool, *archives: Path):
    return checked(pool, archives[0].parent, archives, Check())


def test_every_dag_at_the_root_of_an_archive_is_checked(pool, archive):
    modules = {f"{name}.py": DAG.format(name) for name in ("orders", "sales")}
    path = archive("dags.zip", modules | {"zipped/__init__.py": "", "zipped/names.py": 'TASK = "load"'})
    report = checked_archives(pool, path)
    assert (report.findings, report.files, report.dags) == ((), 1, 2)


def test_archives_with_modules_of_the_same_names_do_not_meet(pool, archive):
    """One of them alone has the name that its DAG asks for, and neither replaces the module `json`."""
    names = ("zipped/__init__.py", "zipped/names.py", "zipped/names.py")
    modules = {"json.py": DAG.format("one"), names[0]: "", names[1]: 'TASK = "load"'}
    good = [archive(f"{name}.zip", modules | {"json.py": DAG.format(name)}) for name in "abdef"]
    bad = archive("c.zip", modules | {"json.py": DAG.format("c"), "zipped/names.py": "OTHER = 1"})
    report = checked_archives(pool, *good[:2], bad, *good[2:])
    assert [(finding.code, Path(finding.path).name) for finding in report.findings] == [("AK101", "c.zip")]
    assert report.dags == 5


def test_a_package_without_an_init_file_is_forgotten_as_well(pool, archive):
    package = {"zipped/": "", "zipped/names.py": 'TASK = "load"'}
    archives = [archive(f"{name}.zip", package | {f"{name}.py": DAG.format(name)}) for name in "abcdef"]
    assert checked_archives(pool, *archives).dags == 6


def test_what_is_wrong_in_an_archive_is_reported_with_its_module_and_line(pool, archive):
    path = archive("dags.zip", {"orders.py": "# airflow dag\n\nraise ValueError('no such table')\n"})
    (finding,) = checked_archives(pool, path).findings
    assert (finding.code, finding.path) == ("AK101", str(path))
    assert finding.message == f"ValueError: no such table ({path}/orders.py:3)"


def test_the_rules_judge_the_dags_of_an_archive(pool, archive):
    path = archive(
        "dags.zip",
        {"orders.py": 'from airflow.providers.common.compat.sdk import DAG\n\nDAG("orders", schedule=None)\n'},
    )
    assert [(finding.code, finding.dag_id) for finding in checked_archives(pool, path).findings] == [
        ("AK204", "orders")
    ]


def test_an_archive_that_cannot_be_read_is_reported_once(pool, tmp_path, archive):
    path = archive("dags.zip", {"orders.py": DAG.format("orders")})
    path.write_bytes(path.read_bytes().replace(b"PK\x01\x02", b"PK\x00\x00"))  # the directory's entries
    (finding,) = checked_archives(pool, path).findings
    assert (finding.code, "BadZipFile" in finding.message) == ("AK101", True)
