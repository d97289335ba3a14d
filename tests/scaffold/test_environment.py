import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflowkit.pods.schema.image_reference import ImageReference, parse_image
from airflowkit.scaffold.environment import _image_name, _imported, _layout


@given(st.lists(st.text("ab- 日", max_size=40)))
def test_a_list_is_the_same_list_however_it_is_layout(texts):
    lines = _layout(map(repr, texts), "    [", "],")
    assert ast.literal_eval(lines.strip().removesuffix(",")) == texts
    assert all(len(line) <= 88 for line in lines.splitlines())


@given(st.text())
def test_every_name_of_a_dag_gives_the_name_of_an_image(name):
    assert isinstance(parse_image(f"registry.example.com/{_image_name(name)}:1"), ImageReference)


@pytest.mark.parametrize("names", [["pod_task", "Resources"], ["teams_failure", "dag_args", "ClaimVolume"]])
def test_an_import_has_classes_first(names):
    assert _imported(names).split(" import ")[1].split(", ") == sorted(names)
