"""Which step of memory a try has, by what its tries before left in the task's state."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from airflowkit.causes import Cause, CauseCode
from airflowkit.pods.operator.memory import STATE, after_failure, memory_limit, step_of
from airflowkit.pods.spec.memory_steps import MemorySteps

STEPS = MemorySteps(("4Gi", "8Gi"))
OOM = Cause(CauseCode.OUT_OF_MEMORY, "out of memory", container="base", exit_code=137)
EVICTED = Cause(CauseCode.EVICTED, "evicted")


class State(dict):
    """Keeps JSON, as Airflow's state of a task does."""

    def set(self, key, value):
        self[key] = json.loads(json.dumps(value))


class Task:
    """A task instance whose tries follow each other as Airflow has them."""

    def __init__(self, retries=5):
        self.retries, self.try_number, self.max_tries, self.clears, self.state = retries, 1, retries, 0, State()

    @property
    def context(self):
        ti = SimpleNamespace(try_number=self.try_number, max_tries=self.max_tries)
        run = SimpleNamespace(clear_number=self.clears)
        return {"ti": ti, "dag_run": run, "task_state_store": self.state}

    @property
    def step(self):
        return step_of(STEPS, self.context)

    def fail(self, cause=OOM, *, ended=False, memory=""):
        said = after_failure(STEPS, cause, "base", self.context, ended=ended, memory=memory)
        self.try_number += 1
        return said

    def clear(self):
        """As `clear_task_instances` does with a task that has ended."""
        self.clears += 1
        self.max_tries = self.try_number - 1 + self.retries

    def clear_while_it_runs(self):
        """As Airflow does with a running task: its process is told to stop, and may no longer write."""
        self.clears += 1
        self.try_number += 1


def test_each_try_that_runs_out_of_memory_leads_one_step_up_as_far_as_there_are_steps():
    task = Task()
    steps = []
    for _ in range(4):
        steps.append(task.step)
        task.fail()
    assert steps == [0, 1, 2, 2]


def test_any_other_failure_keeps_the_step():
    task = Task()
    task.fail(EVICTED)
    assert task.step == 0
    assert task.state == {}
    task.fail()
    task.fail(EVICTED)
    assert task.step == 1


def test_a_worker_that_is_lost_without_a_word_keeps_the_step():
    task = Task()
    task.fail()
    task.try_number += 1
    assert task.step == 1


@pytest.mark.parametrize("retries", [1, 5])
def test_a_cleared_task_begins_at_the_first_step(retries):
    task = Task(retries)
    task.fail()
    task.clear()
    assert task.step == 0
    task.fail()
    assert task.step == 1


def test_a_task_that_is_cleared_while_it_runs_begins_at_the_first_step():
    task = Task()
    task.fail()
    task.clear_while_it_runs()
    assert task.step == 0


def test_clearing_another_task_of_the_run_changes_nothing():
    task = Task()
    task.fail()
    task.clears += 1
    assert task.step == 1
    task.fail(EVICTED)
    assert task.step == 1


@pytest.mark.parametrize("container", ["init", "sidecar"])
def test_another_container_that_runs_out_of_memory_is_no_reason_for_more(container):
    task = Task()
    task.fail(Cause(CauseCode.OUT_OF_MEMORY, "out of memory", container=container))
    assert task.step == 0


def test_what_becomes_of_the_memory_is_said():
    task = Task(retries=2)
    assert task.fail() == "the next try has 4Gi, step 1 of 2 of memory_after_oom"
    assert task.fail(EVICTED) == "this try had 4Gi, step 1 of 2 of memory_after_oom"
    assert task.fail() == "no try is left for 8Gi, step 2 of 2 of memory_after_oom"
    assert Task().fail(EVICTED) == ""
    assert Task().fail(ended=True) == ""  # the policy's words say it


def test_a_template_that_gives_more_than_a_step_is_not_said_to_have_the_step():
    task = Task(retries=4)
    assert task.fail(memory="6Gi") == "memory_after_oom has no step above the 6Gi that this try had"
    assert task.fail(EVICTED, memory="6Gi") == ""
    assert task.fail(memory="6Gi") == "the next try has 8Gi, step 2 of 2 of memory_after_oom"
    assert task.fail(memory="8Gi") == "this try had 8Gi, step 2 of 2 of memory_after_oom"


def test_what_a_pod_had_is_the_limit_of_its_base_container():
    pod = {"spec": {"containers": [{"name": "other"}, {"name": "base", "resources": {"limits": {"memory": "6Gi"}}}]}}
    assert memory_limit(pod, "base") == "6Gi"
    assert memory_limit(pod, "other") == memory_limit(pod, "none") == memory_limit(None, "base") == ""


def test_before_airflow_3_3_it_says_that_the_next_try_has_no_more():
    task = Task()
    task.state = None
    assert task.fail() == "the next try has no more memory: memory_after_oom needs Airflow 3.3"
    assert task.step == 0


@pytest.mark.parametrize("kept", [7, "4Gi", [], {"step": 1}, {"step": "a", "max_tries": 5, "try": 1, "clears": 0}])
def test_a_state_that_is_not_ours_is_none(kept):
    task = Task()
    task.state[STATE] = kept
    task.try_number = 2
    assert task.step == 0


def test_a_step_that_the_list_no_longer_has_is_its_last():
    task = Task()
    task.fail()
    task.fail()
    assert step_of(MemorySteps(("4Gi",)), task.context) == 1
    assert step_of(MemorySteps(("4Gi",), limit="3Gi"), task.context) == 0


def test_a_state_that_cannot_be_read_or_written_hides_no_failure():
    class Broken(State):
        def get(self, key):
            raise ConnectionError

        def set(self, key, value):
            raise ConnectionError

    task = Task()
    task.state = Broken()
    said = "the next try has no more memory: Airflow did not keep what this one died of (ConnectionError)"
    assert task.fail() == said
    assert task.step == 0
