"""Each outcome beside the real failure: the same DAG on a real cluster and on the fake one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from airflowkit.alerts.teams.inbox import serve_teams
from airflowkit.alerts.teams.plain_text import lines_of
from airflowkit.local.fake.outcomes import PodOutcomes, Succeeded
from airflowkit.local.fake.script import Script
from local.fake.deaths import MORTAL
from pods.diagnostics.record import registry

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Unverified HTTPS request"),  # the test cluster's own certificate
]

NAMESPACE = f"mortal-{os.getpid()}"


@pytest.fixture(scope="module")
def namespace():
    """A namespace of the test's own, gone afterwards with all that stays pending in it."""
    from kubernetes import client, config

    config.load_kube_config()
    api = client.CoreV1Api()
    api.create_namespace({"metadata": {"name": NAMESPACE}})
    while not api.list_namespaced_service_account(NAMESPACE).items:
        time.sleep(0.2)
    yield NAMESPACE
    api.delete_namespace(NAMESPACE, grace_period_seconds=0)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("mortal")


@pytest.fixture(scope="module")
def setenv():
    with pytest.MonkeyPatch.context() as patch:
        yield patch.setenv


@pytest.fixture(scope="module")
def real(namespace, scratch, repository, setenv):
    """What came of the DAG on the cluster: states, diagnoses, pods, cards."""
    setenv("MORTAL_NAMESPACE", namespace)
    setenv("MORTAL_NOTES", str(scratch / "real.jsonl"))
    script = Path(__file__).parents[1] / "on_cluster.py"
    command = [sys.executable, script, "mortal", repository / "dags", scratch / "home"]
    with registry(), serve_teams("msteams_webhook_url", setenv=setenv) as inbox:
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ, timeout=500, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    states, diagnoses = (json.loads(re.search(rf"^{name} (.*)", done.stdout, re.MULTILINE)[1]) for name in NAMES)
    return Seen(
        {task: (state, tries) for task, _, state, tries in states},
        {task: (left["reason"], left["hint"]) if left else ("", "") for task, left in diagnoses.items()},
        pods(scratch / "real.jsonl"),
        inbox.cards,
    )


@pytest.fixture(scope="module")
def fake(namespace, scratch, repository, run_locally, setenv):
    """What came of it on the fake cluster."""
    setenv("MORTAL_NAMESPACE", namespace)
    setenv("MORTAL_NOTES", str(scratch / "fake.jsonl"))
    outcomes = PodOutcomes()
    outcomes.update({f"mortal.{task}": outcome for task, outcome in MORTAL.items()})
    with serve_teams("msteams_webhook_url", setenv=setenv) as inbox:
        result, _ = run_locally("mortal", script=Script(Succeeded(), outcomes))
    return Seen(
        {task.task_id: (task.state, task.tries) for task in result.tasks},
        {task.task_id: (task.reason, task.hint) for task in result.tasks},
        pods(scratch / "fake.jsonl"),
        inbox.cards,
    )


NAMES = ("STATES", "DIAGNOSES")


class Seen:
    def __init__(self, ends, words, pods, cards):
        self.ends, self.words, self.pods, self.cards = ends, words, pods, cards


def pods(notes):
    """Return the shape of each try's pod, by task and try."""
    seen = map(json.loads, notes.read_text().splitlines())
    return {(each["task"], each["try"]): shape(each["pod"]["status"]) for each in seen}


def shape(status):
    """Return what the operator and the diagnosis read of a pod, without its particulars."""
    scheduled = next(each for each in status["conditions"] if each["type"] == "PodScheduled")
    return {
        "phase": status["phase"],
        "why": (status.get("reason"), said(status.get("message"))),
        "scheduled": (scheduled["status"], scheduled.get("reason"), said(scheduled.get("message"))),
        "containers": {each["name"]: state(each) for each in status.get("containerStatuses") or ()},
        "init": {each["name"]: state(each) for each in status.get("initContainerStatuses") or ()},
    }


def state(container):
    ((kind, at),) = container["state"].items()
    return kind, at.get("reason"), at.get("exitCode"), said(at.get("message")), container["restartCount"]


def lasting(pod, task):
    """Return a shape without what a busy kubelet may lose of a pod that it evicts: the container's words."""
    if task != "evicted":
        return pod
    return pod | {"containers": {name: (kind, code) for name, (kind, _, code, *_) in pod["containers"].items()}}


def said(message):
    """Return a message without what differs from pod to pod and from cluster to cluster."""
    text = re.sub(r"(preemption|no new claims).*", "", message or "").strip()
    return re.sub(rf"{NAMESPACE}|mortal-\d+", "NS", text)


def words(card):
    """Return what can be read of a card, without run, times and names of pods; tasks end in any order."""
    times = r"\d{4}-\d\d-\d\d[T ][\d:.+Z]*|\d\d:\d\d|manual__[^\"&\\]*|(\d+ [hms]\b ?)+"
    return sorted(re.sub(rf"{times}|[a-z-]+-[a-z0-9]{{8}}\b", "…", text) for text in lines_of(card))


@pytest.mark.parametrize("task", MORTAL)
def test_the_user_sees_the_same_end(real, fake, task):
    assert fake.ends[task] == real.ends[task]
    assert [said(text) for text in fake.words[task]] == [said(text) for text in real.words[task]]


@pytest.mark.parametrize("task", MORTAL)
def test_the_operator_reads_the_same_pod(real, fake, task):
    tries = [key for key in real.pods if key[0] == task]
    assert tries
    for key in tries:
        assert lasting(fake.pods[key], task) == lasting(real.pods[key], task)


def test_the_same_card_reports_everything_that_failed(real, fake):
    assert len(real.cards) == len(fake.cards) == 1
    assert words(fake.cards[0]) == words(real.cards[0])
