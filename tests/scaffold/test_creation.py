import contextlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflowkit.errors import ScaffoldError
from airflowkit.scaffold.answers.dag import DagAnswers
from airflowkit.scaffold.creation import create_dag

NAMES = st.one_of(
    st.text(), st.sampled_from(["../x", "Taken", "taken", "x", "x/y", ".", "\udcff"]), st.from_regex(r"\w+")
)


@given(NAMES)
def test_any_name_makes_one_whole_file_or_changes_nothing(name):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "dags"
        folder.mkdir()
        (folder / "taken.py").touch()
        before = {*Path(place).rglob("*")}
        with contextlib.suppress(ScaffoldError):
            before.add(create_dag(DagAnswers(name=name), folder))
            assert f'"{name}",' in (folder / f"{name}.py").read_text()
        assert {*Path(place).rglob("*")} == before


def test_a_folder_of_the_same_name_is_in_the_way(tmp_path):
    """Python would import the folder and never the file."""
    (tmp_path / "orders").mkdir()
    with pytest.raises(ScaffoldError, match="orders already exists"):
        create_dag(DagAnswers(name="orders"), tmp_path)
