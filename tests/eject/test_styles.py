"""The styles that people have: ejected with equal pods and without airflowkit, or left with the reason in a line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from airflowkit.checks.workers.contents import Parser
from airflowkit.checks.workers.pool import Pool
from eject.styles import COMMON, EJECTED, SETTINGS, STAYS
from eject.test_eject import eject_all, pods_in, repository

pytestmark = pytest.mark.needs_airflow(3, 1, "the files are written for Airflow 3")

WITHOUT = """
import runpy, sys
from importlib import metadata
class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "airflowkit":
            raise ModuleNotFoundError("airflowkit is not installed")
sys.meta_path.insert(0, Refused())
found = list(metadata.distributions())
metadata.distributions = lambda **_: [it for it in found if it.name != "airflowkit-k8s"]  # its plugin, too
for path in sys.argv[1:]:
    runpy.run_path(path)
print("all imported")
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    place = repository(tmp_path_factory.mktemp("styles"), SETTINGS)
    texts = EJECTED | {name: text for name, (text, _why) in STAYS.items()} | {"common": COMMON}
    for name, text in texts.items():
        (place / "dags" / f"{name}.py").write_text(text)
    (place / "dags" / "windows.py").write_bytes(
        EJECTED["shared"].replace('"shared"', '"windows"').replace("\n", "\r\n").encode()
    )
    return place


@pytest.fixture(scope="module")
def found(place):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        return eject_all(place)


@pytest.mark.parametrize("name", [*EJECTED, "windows"])
def test_a_style_is_ejected(name, found):
    assert found[name].objection == ""
    assert found[name].pods > 0
    assert "airflowkit" not in found[name].text


@pytest.mark.parametrize("name", STAYS)
def test_what_cannot_be_followed_stays_and_says_where(name, found):
    assert STAYS[name][1] in found[name].objection
    assert found[name].text == found[name].file.text


def test_all_pods_stay_as_they_were(place, found):
    (place / "dags" / "teams_alerts.py").write_text("TeamsCard = dict")
    paths = {place / "dags" / f"{name}.py": found[name] for name in (*EJECTED, "windows")}
    with Pool(("airflowkit.pods.task",), 1, folder=place / "dags") as pool:
        parser = Parser(pool, place / "dags")
        before = pods_in(parser.facts(dict.fromkeys(paths)))
        after = pods_in(parser.facts({path: each.file.encoded(each.text) for path, each in paths.items()}))
    assert sum(map(len, before.values())) > 20
    assert after == before


def test_a_process_without_airflowkit_imports_what_was_ejected(place, found, tmp_path):
    (tmp_path / "teams_alerts.py").write_text("TeamsCard = dict")
    names = [name for name in EJECTED if not found[name].needed_by]
    for name in names:
        (tmp_path / f"{name}.py").write_text(found[name].text)
    command = [sys.executable, "-c", WITHOUT, *(str(tmp_path / f"{name}.py") for name in names)]
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "PYTHONWARNINGS": ""}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.stdout.endswith("all imported\n"), done.stderr


def test_a_module_that_still_needs_airflowkit_is_named_with_the_file_that_imports_it(found):
    assert {name: each.needed_by for name, each in found.items() if each.needed_by} == {
        "needs_another": ("dags/common.py",)
    }


def test_comments_stay_and_are_not_repeated(found):
    text = found["commented"].text
    for comment in (
        "# ours",
        "# the task",
        "# and this one",
        "# before",
        "# the opening",
        "# the id",
        "# the password",
        "# of the db",
        "# end",
    ):
        assert text.count(comment) == 1
    assert text.endswith("# after")
