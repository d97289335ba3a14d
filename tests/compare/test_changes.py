"""What differs between two states is found by value, without anything being parsed."""

from dataclasses import replace

import pytest

from airflowkit.compare.changes import Unknown, What, Where, changes, unknown
from airflowkit.compare.fields import Dag, Field, Kind
from airflowkit.compare.state import State
from airflowkit.contract.document import Contract
from airflowkit.contract.needs import Kind as NeedKind
from airflowkit.contract.needs import Need, TaskNeeds

FIELDS = {Field(Kind.SCHEDULE, "schedule"): "none"}
DB = Need("etl", NeedKind.SECRET, "db", "password")


def dag(path: str = "dags/a.py", **tasks: str) -> Dag:
    return Dag(path, FIELDS, {name: {Field(Kind.TASK, "image"): repr(image)} for name, image in tasks.items()})


def state(seconds: float = 0.1, **dags: Dag) -> State:
    return State(dags=dags, seconds={each.path: seconds for each in dags.values()})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [(0.1, 0.9, False), (0.5, 1.6, True), (1.6, 0.5, True), (5.0, 7.0, False), (5.0, 11.0, True), (0.4, 1.3, False)],
)
def test_import_time_is_told_if_it_changes_by_much(before, after, told):
    found = changes(state(before, a=dag(load="x")), state(after, a=dag(load="x")))
    assert [(change.kind, change.path) for change in found] == ([(Kind.IMPORT_TIME, "dags/a.py")] if told else [])


def test_a_need_says_whether_the_kept_contract_has_it():
    needs = {"dags/a.py": (TaskNeeds("a", "load", (DB,)),)}
    older = state(a=dag(load="x"))
    for kept, note in (
        (None, ""),
        (Contract(), "not in the kept contract"),
        (Contract({DB: ("a.load",)}), "in the kept contract"),
    ):
        (found,) = changes(older, replace(older, needs=needs, kept=kept))
        assert (found.kind, found.what, found.field, found.after) == (
            Kind.NEED,
            What.ADDED,
            "Secret db, key password",
            "a.load",
        )
        assert found.note == note


def test_a_dag_with_two_possible_successors_is_not_called_renamed():
    found = changes(state(a=dag(load="x")), state(b=dag("dags/b.py", load="x"), c=dag("dags/c.py", load="x")))
    assert [(change.what, change.dag_id) for change in found] == [
        (What.REMOVED, "a"),
        (What.ADDED, "b"),
        (What.ADDED, "c"),
    ]
    (found,) = changes(state(a=dag(load="x")), state(b=dag("dags/b.py", load="x")))
    assert (found.what, found.before, found.after) == (What.RENAMED, "a", "b")


def test_the_dags_of_a_file_that_fails_in_one_state_are_neither_added_nor_removed():
    works = state(a=dag(load="x"))
    fails = State(unknown={"dags/a.py": "boom"}, failures={"dags/a.py": "boom"}, seconds={"dags/a.py": 0.1})
    assert {change.kind for change in (*changes(works, fails), *changes(fails, works))} == {Kind.IMPORT}
    assert unknown(works, fails) == (Unknown("dags/a.py", "boom", Where.AFTER, alone=False, dag_ids=("a",)),)
    assert unknown(fails, works) == (Unknown("dags/a.py", "boom", Where.BEFORE, alone=False, dag_ids=("a",)),)
    assert unknown(State(), fails) == (Unknown("dags/a.py", "boom", Where.AFTER, alone=True),)
    assert unknown(fails, fails) == (Unknown("dags/a.py", "boom", Where.BOTH),)


def test_what_only_uses_outdated_names_is_an_import_error_whose_dags_are_compared():
    older = state(a=dag(load="x"))
    newer = replace(state(a=dag(load="y")), failures={"dags/a.py": "schedule_interval"})
    assert [change.kind for change in changes(older, newer)] == [Kind.IMPORT, Kind.TASK]
    assert unknown(older, newer) == ()
