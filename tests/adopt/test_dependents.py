"""Which DAG files other files import, however they write it."""

import pytest

from airflowkit.adopt.dependents import importers_of


@pytest.mark.parametrize(
    "text",
    [
        "import orders\n",
        "import json, \\\n    orders\n",
        "import json; import orders\n",
        "try: from dags.orders import LIMIT\nexcept ImportError: pass\n",
        "from . import (\n    stock,\n    orders,\n)\n",
        "module = importlib.import_module('orders')\n",
        'module = __import__("dags.orders")\n',
    ],
)
def test_a_file_that_another_one_imports_is_found(text, tmp_path):
    folder = tmp_path / "dags"
    folder.mkdir()
    (folder / "orders.py").write_text("LIMIT = 1\n")
    (folder / "other.py").write_text(text)
    assert importers_of([folder / "orders.py"], folder) == {(folder / "orders.py").absolute(): folder / "other.py"}


def test_a_name_in_a_sentence_is_no_import(tmp_path):
    (tmp_path / "orders.py").write_text("LIMIT = 1\n")
    (tmp_path / "other.py").write_text("# what we import from orders; they import it themselves\nTEXT = 'orders'\n")
    assert importers_of([tmp_path / "orders.py"], tmp_path) == {}
