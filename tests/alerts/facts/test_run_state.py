"""Which of a run's tasks failed, from answers whose keys do not say whether they name a mapped instance."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from airflowkit.alerts.facts.run_state import NOT_MAPPED, TaskState, _instance, unambiguous_groups


def test_tasks_whose_names_cannot_be_mistaken_are_asked_for_at_once():
    assert list(unambiguous_groups(["load", "part", "load_b", "load_2026"])) == [
        {"load", "part", "load_b"},
        {"load_2026"},
    ]
    assert list(unambiguous_groups(["load", "part"])) == [{"load", "part"}]
    assert list(unambiguous_groups([])) == [frozenset()]


def test_a_key_is_an_instance_only_where_no_task_has_its_name():
    assert _instance("part_7", "failed", frozenset({"part"})) == TaskState("part", 7, "failed")
    assert _instance("part_7", "failed", frozenset({"part_7"})) == TaskState("part_7", NOT_MAPPED, "failed")
    assert _instance("part_7_1", "failed", frozenset({"part_7"})) == TaskState("part_7", 1, "failed")
    assert _instance("load_2026", None, frozenset()) == TaskState("load_2026", NOT_MAPPED, "")


NAMES = st.sampled_from(["t", "u"]).flatmap(
    lambda base: st.lists(st.integers(0, 2), max_size=3).map(lambda numbers: "_".join([base, *map(str, numbers)]))
)


@given(st.sets(NAMES, min_size=1), st.integers(0, 2))
def test_every_key_of_every_group_is_unambiguous(task_ids, index):
    groups = list(unambiguous_groups(task_ids))
    assert sorted(task_id for group in groups for task_id in group) == sorted(task_ids)
    for group in groups:
        for task_id in group:
            assert _instance(task_id, "", group).map_index == NOT_MAPPED
            assert _instance(f"{task_id}_{index}", "", group) == TaskState(task_id, index, "")
