"""`upgrade --fix`: each change is kept only where both sides make the same of the file; the rest is told with why."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from airflowkit.cli.upgrade_fixing import written
from airflowkit.upgrade import ruff
from airflowkit.upgrade.environment import Environment
from airflowkit.upgrade.fixing import proved_fixes
from airflowkit.upgrade.parsing import opened
from airflowkit.upgrade.report import report_on_upgrade

pytestmark = [
    pytest.mark.needs_airflow(3, 1, "the files use what Airflow 3 no longer has"),
    pytest.mark.skipif(not ruff.installed_ruff(), reason="no ruff"),
]

OLD = '''\
"""Orders, every day."""
from datetime import datetime

from airflow.operators.bash import BashOperator
from airflow.sdk import DAG

START = datetime(2026, 1, 1)  # a Thursday
with DAG("{name}", schedule_interval="@daily", start_date=START{more}) as dag:
    # the first
    BashOperator(
        task_id="a",
        bash_command="load {{{{ ds }}}}",
        task_concurrency=1,  # one at a time
    )
'''
NEW = (
    OLD.replace("from airflow.operators.bash import BashOperator\n", "")
    .replace("import DAG\n", "import DAG\nfrom airflow.providers.standard.operators.bash import BashOperator\n")
    .replace("schedule_interval", "schedule")
    .replace("task_concurrency", "max_active_tis_per_dag")
)
RANDOM = ', description=str(__import__("random").random())'
FILES = {
    "orders": OLD.format(name="orders", more=""),
    "random": OLD.format(name="random", more=RANDOM),
    "shared": OLD.format(name="shared", more=""),
    "imports_it": "from airflow.sdk import DAG\nfrom shared import START\n",
    "broken": f"{OLD.format(name='broken', more='')}import no_such_module\n",
    "commented": OLD.format(name="commented", more="").replace("import BashOperator", "import BashOperator  # theirs"),
    "todays": NEW.format(name="todays", more=""),
}


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    (root / "dags").mkdir()
    (root / "airflowkit.toml").write_text("")
    for name, text in FILES.items():
        (root / "dags" / f"{name}.py").write_text(text)
    outside = root.with_name("outside.py")
    outside.write_text(OLD.format(name="linked", more=""))
    (root / "dags" / "linked.py").symlink_to(outside)
    windows = root / "dags" / "windows.py"
    windows.write_bytes(OLD.format(name="windows", more="").replace("\n", "\r\n").encode())
    return root


@pytest.fixture(scope="module")
def twice(repository):
    """What is fixed, and what a second time: both sides have this Airflow, which has not what the files use."""
    sides = [Environment(Path(sys.executable), version, foreign=False) for version in ("2.99.0", "3.99.0")]
    at = datetime(2026, 11, 30, tzinfo=UTC)
    with pytest.MonkeyPatch.context() as patch, opened(*sides, repository, at) as both:
        patch.chdir(repository)
        return [written(proved_fixes(report_on_upgrade(both), both, repository)) for _ in range(2)]


def reasons(proved) -> dict[str, set[str]]:
    found = {}
    for each in proved.rejected:
        found.setdefault(Path(each.finding.path).stem, set()).add(each.reason)
    return found


def test_what_holds_is_written_and_keeps_comments_layout_and_line_ends(repository, twice):
    assert {Path(edit.file.path).stem for edit in twice[0].edits} == {"commented", "orders", "windows"}
    assert (repository / "dags" / "orders.py").read_text() == NEW.format(name="orders", more="")
    assert (repository / "dags" / "windows.py").read_bytes() == (
        NEW.format(name="windows", more="").replace("\n", "\r\n").encode()
    )


def test_all_other_files_stay_byte_for_byte(repository, twice):
    assert twice
    for name in FILES.keys() - {"commented", "orders"}:
        assert (repository / "dags" / f"{name}.py").read_text() == FILES[name]
    assert repository.with_name("outside.py").read_text() == OLD.format(name="linked", more="")


def test_what_is_not_kept_is_told_with_the_reason(twice):
    assert reasons(twice[0]) == {
        "random": {
            "description of random would change under Airflow 2.99.0, or differs at each parse",
        },
        "commented": {"the comment '# theirs' would be lost"},
        "shared": {"dags/imports_it.py imports it, and what that makes of it is not compared"},
        "broken": {"its DAGs are not known under Airflow 2.99.0, so nothing proves that they would stay the same"},
    }


def test_a_second_time_nothing_is_left_to_fix(twice):
    assert twice[1].edits == ()
    assert reasons(twice[1]) == reasons(twice[0])


def test_without_ruff_its_findings_are_none(monkeypatch):
    monkeypatch.setattr(ruff, "installed_ruff", lambda: "")
    ruff._diagnostics.cache_clear()
    assert ruff.findings_of("a.py", "from airflow.operators.bash import BashOperator\nBashOperator()\n") == []
    ruff._diagnostics.cache_clear()


def test_an_edit_counts_characters_and_not_bytes():
    text = 'from airflow import DAG\nDAG("Aufträge → groß", schedule_interval=None)\n'
    (found,) = [it for it in ruff.findings_of("a.py", text) if it.code == "AIR301"]
    assert ruff.applied(found, text) == text.replace("schedule_interval", "schedule")
