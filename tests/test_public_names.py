"""The public names, in all the places that list them."""

import ast
from importlib.metadata import version
from pathlib import Path

import pytest

import airflowkit


def type_checked_names() -> set[str]:
    tree = ast.parse(Path(airflowkit.__file__).read_text())
    block = next(node for node in tree.body if isinstance(node, ast.If))
    return {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}


def test_all_places_list_the_same_names():
    assert set(airflowkit.__all__) == set(airflowkit._MODULE_OF) == type_checked_names()


@pytest.mark.parametrize("name", airflowkit.__all__)
def test_a_public_name_resolves(name):
    assert getattr(airflowkit, name).__module__.startswith("airflowkit")


def test_the_version_is_the_distributions_own():
    assert airflowkit.__version__ == version("airflowkit-k8s")


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="pod_tsk"):
        _ = airflowkit.pod_tsk
