"""DAG files are other people's code: whatever one does, it gets one finding, and the rest are checked as usual."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from airflowkit.checks.engine import checked
from airflowkit.checks.workers.pool import Pool
from airflowkit.setting_sections import Check
from airflows import for_this_airflow

pytestmark = pytest.mark.slow

GOOD = for_this_airflow("""\
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator

with DAG("{0}", schedule=None):
    EmptyOperator(task_id="load")
""")
HOSTILE = {
    "loops": ("while True: pass", "AK102"),
    "swallows_its_time_limit": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "AK102",
    ),
    "exits": ("import sys; sys.exit(3)", "AK103"),
    "ends_its_process": ("import os; os._exit(0)", "AK103"),
    "kills_its_process": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "AK103"),
    "crashes": ("import ctypes; ctypes.string_at(0)", "AK103"),
    "kills_its_parent": ("import os, signal; os.kill(os.getppid(), signal.SIGKILL)", "AK101"),
    "closes_every_file": ("import os; os.closerange(0, 1000)", "AK103"),
    "eats_memory": ("kept = [bytearray(400_000_000) for _ in range(100)]", "AK104"),
    "recurses": ("def f(): f()\nf()", "AK101"),
    "prints_binary": ("import sys; sys.stdout.buffer.write(bytes(range(256)))", "AK105"),
    "prints_below_python": ("import os; os.write(1, b'\\xff\\xfe')", "AK105"),
    "prints_without_end": ("print('x' * 100_000_000)", "AK105"),
    "prints_lines_without_end": ("for _ in range(200_000): print('x' * 200)", "AK105"),
    "prints_without_end_below_python": ("import os\nfor _ in range(200): os.write(1, b'x' * 2**20)", "AK105"),
    "starts_what_prints_without_end": (
        "import subprocess\nsubprocess.run(['head', '-c', '200M', '/dev/zero'], check=True)",
        "AK105",
    ),
    "closes_what_it_prints_to": ("import sys\nprint()\nsys.stdout.close()\nsys.stderr.detach()", "AK105"),
    "keeps_what_it_prints_to": ("import sys\nsys.__stdout__.write('x')\nsys.stdout = None", "AK105"),
    "waits_for_its_child": ("import os\nif os.fork() == 0: os._exit(7)\nprint(os.wait())", "AK105"),
    "is_huge": ("x = [\n" + "    'a list of texts as long as this one, and many of them',\n" * 80_000 + "]", "AK607"),
    "is_huge_and_eats_memory": ("kept = [bytearray(400_000_000) for _ in range(100)]\n" + "#" * 2**22, "AK104"),
    "replaces_modules": ("import sys; sys.modules['json'] = None", "AK106"),
    "removes_modules": ("import sys; del sys.modules['airflow.sdk']", "AK106"),
    "patches_airflow": ("from airflow.sdk import DAG\nDAG.__init__ = lambda self, *args, **options: None", "AK106"),
    "replaces_a_builtin": ("import builtins\nbuiltins.open = None", "AK106"),
    "replaces_the_import": ("import builtins\nbuiltins.__import__ = None", "AK106"),
    "replaces_the_clock": ("import time\ntime.process_time = lambda: 1 / 0", "AK106"),
    "replaces_the_current_folder": ("import os\nos.chdir = None", "AK106"),
    "replaces_signals": ("import signal\nsignal.setitimer = None", "AK106"),
    "ignores_the_alarm": (
        "import signal, time\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\ntime.sleep(60)",
        "AK102",
    ),
    "traces": ("import sys\nsys.settrace(lambda *_: 1 / 0)", "AK101"),
    "nests_too_deep": ("x = " + "(" * 5000 + ")" * 5000, "AK101"),
    "raises_without_text": ("class E(BaseException):\n    def __str__(self): raise E\nraise E", "AK101"),
    "is_no_python": ("def f(:", "AK101"),
    "is_no_text": ("\0", "AK101"),
}


@pytest.fixture
def folder(tmp_path) -> Path:
    for number in range(4):  # before, between and after the hostile file
        (tmp_path / f"{'acxz'[number]}.py").write_text(GOOD.format(f"good_{number}"))
    return tmp_path


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_one_finding_and_the_rest_are_checked(name, pool, folder):
    code, expected = HOSTILE[name]
    (folder / "hostile.py").write_text(code)
    limit = 5 if expected == "AK102" else 60  # on a busy computer an honest file takes seconds, too
    report = checked(pool, folder, sorted(folder.glob("*.py")), Check(import_timeout=limit, memory_limit=512))
    assert [(finding.code, Path(finding.path).name) for finding in report.findings] == [(expected, "hostile.py")]
    assert (report.files, report.dags) == (5, 4)


HARMLESS = {
    "forks": "import os\nfor _ in range(4): os.fork()",
    "forks_and_stays": "import os, time\nif os.fork() == 0: time.sleep(60)",
    "leaves_an_exit_handler": "import atexit, sys\natexit.register(sys.exit, 9)",
    "clears_the_finders": "import sys\nsys.meta_path.clear()",
    "closes_its_streams": "import os\nfor stream in range(3): os.close(stream)",
    "deletes_its_folder": "import os, tempfile\nos.chdir(tempfile.mkdtemp())\nos.rmdir(os.getcwd())",
    "kills_the_fork_server": "import ctypes, os\nctypes.CDLL(None).kill(os.getppid(), 9)",
    "sets_its_time_zone": "import os, time\nos.environ['TZ'] = 'Asia/Tokyo'\ntime.tzset()",
    "starts_a_thread": "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()",
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_harms_no_other_file_is_no_finding_and_stays_with_the_file(name, pool, folder):
    (folder / "hostile.py").write_text(HARMLESS[name])
    report = checked(pool, folder, sorted(folder.glob("*.py")), Check())
    assert (report.findings, report.files, report.dags) == ((), 5, 4)


def test_the_environment_of_one_file_does_not_reach_the_next(pool, folder):
    (folder / "b.py").write_text("import os, sys\nos.environ['LEAK'] = '1'\nsys.path.insert(0, '/leak')\nos.chdir('/')")
    (folder / "d.py").write_text("import os, sys\nassert 'LEAK' not in os.environ\nassert '/leak' not in sys.path")
    report = checked(pool, folder, sorted(folder.glob("*.py")), Check())
    assert report.findings == ()


def test_the_time_zone_of_one_file_does_not_reach_the_next(pool, folder):
    (folder / "b.py").write_text(HARMLESS["sets_its_time_zone"])
    (folder / "d.py").write_text("import time\nassert 'JST' not in time.tzname")
    report = checked(pool, folder, sorted(folder.glob("*.py")), Check())
    assert report.findings == ()


def test_an_import_error_in_a_helper_names_the_dag_files_line_and_the_helper(pool, folder):
    (folder / "broken_helper.py").write_text("\n1 / 0\n")
    (folder / "b.py").write_text("\n\nimport broken_helper\n")
    (finding,) = checked(pool, folder, [folder / "b.py"], Check()).findings
    assert (finding.code, finding.line) == ("AK101", 3)
    assert finding.message == f"ZeroDivisionError: division by zero ({folder / 'broken_helper.py'}:2)"


def test_looked_up_variables_come_from_the_environment_or_are_a_stand_in(pool, folder):
    (folder / "b.py").write_text(
        """\
import os
from airflow.sdk import Variable
os.environ["AIRFLOW_VAR_KNOWN"] = "value"
assert Variable.get("known") == "value"
assert Variable.get("unknown", default=None) is None
assert int(Variable.get("unknown")) == 1
assert Variable.get("unknown", deserialize_json=True)["key"].get("other")
"""
    )
    report = checked(pool, folder, [folder / "b.py"], Check())
    assert [(finding.code, finding.line) for finding in report.findings] == [
        ("AK107", 4),
        ("AK107", 5),
        ("AK107", 6),
        ("AK107", 7),
    ]


def test_nothing_that_a_file_starts_outlives_the_check(folder):
    command = ["sleep", "86399"]
    (folder / "b.py").write_text(f"import subprocess\nsubprocess.Popen({command}, start_new_session=True)")
    with Pool((), size=2) as pool:
        checked(pool, folder, sorted(folder.glob("*.py")), Check())
    assert command not in [words(process) for process in Path("/proc").glob("[0-9]*")]


def words(process):
    """Return a process's command line; an empty one for a process that has ended."""
    try:
        return (process / "cmdline").read_text().split("\0")[:-1]
    except OSError:
        return []


def checked_by_an_ordinary_user(folder):
    """Return what the command prints, to whom root's rights do not help."""
    without_rights = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] if os.geteuid() == 0 else []
    command = [sys.executable, "-c", "from airflowkit.cli.app import main; main()", "check", "--once", "--no-cache"]
    done = subprocess.run([*without_rights, *command, str(folder)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_a_file_that_nobody_may_read_is_reported_with_a_hint(folder):
    (folder / "hostile.py").write_text(GOOD.format("hostile"))
    (folder / "hostile.py").chmod(0)
    printed = checked_by_an_ordinary_user(folder)
    assert "AK101 import-error  PermissionError" in printed
    assert "chmod a+r" in printed
    assert "5 files with 4 DAGs" in printed


def test_a_folder_that_nobody_may_read_ends_airflows_own_search_and_is_reported(folder):
    (folder / "locked").mkdir(0)
    printed = checked_by_an_ordinary_user(folder)
    (folder / "locked").chmod(0o700)
    assert printed.splitlines() == [printed.strip()]
    assert printed.endswith(f"{folder / 'locked'}: chmod -R a+rX\n")
