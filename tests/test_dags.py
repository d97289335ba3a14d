from __future__ import annotations

import sys

import pytest

from airflowkit.dags import LoadedDag, load_dag, load_file
from airflowkit.errors import DagLoadError, DagNotFound

DAG_FILE = """
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator

with DAG("{dag_id}", schedule=None):
    for task_id in {task_ids}:
        EmptyOperator(task_id=task_id)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    return tmp_path


def write(folder, name, dag_id, *task_ids):
    file = folder / name
    file.write_text(DAG_FILE.format(dag_id=dag_id, task_ids=task_ids))
    return file


def names(loaded: LoadedDag):
    return loaded.dag.dag_id, loaded.path.name, loaded.task_id


def test_a_dag_is_found_by_its_id(folder):
    write(folder, "a.py", "orders", "load")
    assert names(load_dag("orders", folder)) == ("orders", "a.py", None)


def test_a_dag_is_found_by_its_file(folder):
    file = write(folder, "a.py", "orders", "load")
    assert names(load_dag(str(file), folder)) == ("orders", "a.py", None)


def test_a_task_is_found_in_its_dag(folder):
    write(folder, "a.py", "orders", "load")
    assert names(load_dag("orders.load", folder)) == ("orders", "a.py", "load")


def test_a_task_of_a_group_is_found_by_its_dotted_id(folder):
    write(folder, "a.py", "orders", "group.load")
    assert names(load_dag("orders.group.load", folder)) == ("orders", "a.py", "group.load")


def test_the_longest_dag_id_wins(folder):
    write(folder, "a.py", "team", "orders.load", "orders")
    write(folder, "b.py", "team.orders", "load")
    assert names(load_dag("team.orders.load", folder)) == ("team.orders", "b.py", "load")
    assert names(load_dag("team.orders", folder)) == ("team.orders", "b.py", None)


def test_a_dag_whose_id_is_computed_is_found(folder):
    (folder / "a.py").write_text(DAG_FILE.replace('"{dag_id}"', '"or" + "ders"').format(dag_id="", task_ids=("x",)))
    assert names(load_dag("orders", folder)) == ("orders", "a.py", None)


def test_a_file_that_does_not_mention_the_id_is_not_imported(folder):
    write(folder, "z.py", "orders", "load")
    other = folder / "a.py"
    other.write_text("import airflow, pathlib  # dag\npathlib.Path(__file__).with_suffix('.seen').touch()")
    load_dag("orders", folder)
    assert not other.with_suffix(".seen").exists()
    with pytest.raises(DagNotFound):
        load_dag("parcels", folder)
    assert other.with_suffix(".seen").exists()


def test_an_unknown_id_names_the_nearest(folder):
    write(folder, "a.py", "orders", "load")
    with pytest.raises(DagNotFound, match=r"no DAG 'order' in .*did you mean 'orders'"):
        load_dag("order", folder)


def test_a_folder_without_dags_is_doubted(folder):
    with pytest.raises(DagNotFound, match=r"no DAG 'orders' in .*; there are none: is this the DAG folder\?"):
        load_dag("orders", folder)


def test_an_unknown_task_names_the_nearest(folder):
    write(folder, "a.py", "orders", "load")
    with pytest.raises(DagNotFound, match=r"DAG 'orders' has no task 'lod'; did you mean 'load'"):
        load_dag("orders.lod", folder)


def test_a_missing_folder_is_said(folder):
    with pytest.raises(DagNotFound, match="no DAG folder"):
        load_dag("orders", folder / "nowhere")


def test_a_link_that_leads_back_into_the_folder_is_walked_once(folder):
    write(folder, "a.py", "orders", "load")
    (folder / "again").symlink_to(folder)
    assert names(load_dag("orders", folder)) == ("orders", "a.py", None)
    with pytest.raises(DagNotFound, match="no DAG 'nosuch'"):
        load_dag("nosuch", folder)


def test_without_safe_mode_every_python_file_is_a_dag_file(folder, monkeypatch):
    (folder / "a.py").write_text("from lib_of_factories import build\n\ndag = build()\n")
    write(folder, "lib_of_factories.py", "of_no_matter", "load")
    with (folder / "lib_of_factories.py").open("a") as file:
        file.write("\ndef build():\n    return DAG('orders', schedule=None)\n")
    with pytest.raises(DagNotFound):
        load_dag("orders", folder)
    monkeypatch.setenv("AIRFLOW__CORE__DAG_DISCOVERY_SAFE_MODE", "False")
    assert names(load_dag("orders", folder)) == ("orders", "a.py", None)


def test_a_missing_file_is_said(folder):
    with pytest.raises(DagNotFound, match="no file"):
        load_dag("nowhere.py", folder)


def test_a_syntax_error_is_named_with_file_and_line(folder, capfd):
    file = folder / "a.py"
    file.write_text("from airflow.sdk import DAG\n\nDAG('orders'\n")
    with pytest.raises(DagLoadError, match=r"a\.py:3: SyntaxError: '\(' was never closed"):
        load_dag("orders", folder)
    with pytest.raises(DagLoadError, match=r"a\.py:3: SyntaxError"):
        load_dag(str(file), folder)
    assert capfd.readouterr() == ("", "")


def test_an_error_below_the_dag_file_names_the_line_in_the_dag_file(folder):
    (folder / "lib_of_a_team.py").write_text("def fail():\n    raise ValueError('no')\n")
    (folder / "a.py").write_text("import airflow\nimport lib_of_a_team\nlib_of_a_team.fail()  # dag orders\n")
    with pytest.raises(DagLoadError, match=r"a\.py:3: ValueError: no"):
        load_dag("orders", folder)


def test_a_broken_file_beside_it_does_not_matter(folder):
    write(folder, "a.py", "orders", "load")
    (folder / "b.py").write_text("import airflow  # dag orders\nraise ValueError\n")
    assert names(load_dag("orders", folder)) == ("orders", "a.py", None)


def test_a_file_of_several_dags_asks_for_one(folder):
    file = folder / "a.py"
    file.write_text("\n".join(DAG_FILE.format(dag_id=dag_id, task_ids=("x",)) for dag_id in ("b", "a")))
    assert [names(loaded)[0] for loaded in load_file(file)] == ["a", "b"]
    with pytest.raises(DagNotFound, match="name one of them: a, b"):
        load_dag(str(file), folder)


def test_a_file_without_a_dag_is_said(folder):
    file = folder / "a.py"
    file.write_text("x = 1\n")
    with pytest.raises(DagNotFound, match="defines no DAG"):
        load_dag(str(file), folder)


def test_an_ignored_file_is_not_loaded(folder):
    write(folder, "a.py", "orders", "load")
    (folder / ".airflowignore").write_text("a.py\n")
    with pytest.raises(DagNotFound):
        load_dag("orders", folder)


@pytest.mark.needs_airflow(3, 0, "a version whose tasks may name an executor")
def test_a_task_may_name_an_executor_that_only_the_deployment_has(folder):
    (folder / "a.py").write_text(
        DAG_FILE.format(dag_id="orders", task_ids=["load"]).replace("id=task_id", 'id=task_id, executor="Theirs"')
    )
    assert load_dag("orders", folder).dag.get_task("load").executor == "Theirs"
