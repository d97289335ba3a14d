"""Two-way agreement with a real API server on generated calls.

What `pod_task` accepts, the server takes. What it refuses, the server refuses of the plain operator too, but for the
short list of reasons in `ALLOWED`. AIRFLOWKIT_CASES sets how many calls are tried, AIRFLOWKIT_SEED which ones.
"""

from __future__ import annotations

import os
import random
import re
from typing import Any

import kubernetes_validate
import pytest
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from airflowkit import PodSpecError, pod_task
from airflowkit.pods.render import render_pod
from pods.outcomes import CLUSTER_KNOWS, dag, raw_manifest, refusal
from pods.values import MOUNTED, VALUES

pytestmark = pytest.mark.apiserver
CASES = int(os.environ.get("AIRFLOWKIT_CASES", "2000"))
SEED = int(os.environ.get("AIRFLOWKIT_SEED", random.SystemRandom().randrange(10**6)))
ALLOWED = {
    "variables are named more freely since 1.34": r"not begin with a digit|neither '\.' nor",
    "no object can have the name, so the pod waits for ever": r"must be lower-case letters|is longer than",
    "the pod would do something else than what was meant": r"fraction of a byte|less than a process needs"
    r"|more processors than|has no source|would become|limit of a few bytes|is mounted twice|set twice"
    r"|must be an absolute path|must not contain ':'"
    r"|capitals|lower case|must not contain spaces|does not render|is empty: only|match no node",
    "no node could pull the image": r"in its name|empty (?:part|tag)|has a (?:tag|digest|registry)|more than one tag",
    "the schemas that Kubernetes publishes ask for it": r"is required",
}
"""Why `pod_task` may refuse what the server accepts."""
_ALLOWED = re.compile("|".join(ALLOWED.values()))


@st.composite
def calls(draw: Any) -> dict[str, Any]:
    """A call with one to four keywords, each right or wrong."""
    chosen = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3, unique=True))
    call = {"image": "a:1", "namespace": "default"} | {name: draw(st.sampled_from(VALUES[name])) for name in chosen}
    if draw(st.integers(0, 3)) == 0:
        volume, mount = draw(st.sampled_from(MOUNTED))
        call |= {"volumes": [volume], "volume_mounts": [mount]}
    return call


def _raw_refusal(call: dict[str, Any]) -> str:
    try:
        return refusal(raw_manifest(KubernetesPodOperator(task_id="task", dag=dag(), **call)))
    except Exception as error:  # noqa: BLE001  an error before the server sees it is a refusal, too
        return repr(error)


def _depends_on_the_cluster(reason: str) -> bool:
    return any(known in reason for known in CLUSTER_KNOWS) and "volumeMounts" not in reason


def test_pod_task_and_the_api_server_agree_in_both_directions():
    tally = {"accepted": 0, "refused": 0, "for a reason on the list": 0}

    @seed(SEED)
    @settings(max_examples=CASES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(calls())
    def agree(call: dict[str, Any]) -> None:
        try:
            manifest = render_pod(pod_task("task", dag=dag(), **call))
        except PodSpecError as error:
            tally["refused"] += 1
            if not _raw_refusal(call):
                tally["for a reason on the list"] += 1
                assert all(_ALLOWED.search(problem.reason) for problem in error.problems), f"{call}\n{error}"  # noqa: PT017  # noqa: PT017
            return
        tally["accepted"] += 1
        reason = refusal(manifest)
        assert not reason or _depends_on_the_cluster(reason), f"{call}\n{manifest}\n{reason}"
        for version in ("1.30", kubernetes_validate.latest_version()):
            kubernetes_validate.validate(manifest, version, strict=True)

    print(f"\n{CASES} calls; AIRFLOWKIT_SEED={SEED}")
    agree()
    print(tally)
    assert min(tally["accepted"], tally["refused"]) > CASES / 10, "the calls do not try both sides"
