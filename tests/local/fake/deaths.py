"""The outcome of each pod of the DAG `mortal`."""

from __future__ import annotations

from airflowkit.local.fake.outcomes import (
    Evicted,
    Failed,
    ImagePullBackOff,
    OOMKilled,
    SecretNotFound,
    SlowStart,
    Succeeded,
    Unschedulable,
)

LINES = ["loading", "ValueError: no such day"]
FILLED = ["filling", "20+0 records in", "20+0 records out"]
MORTAL = {
    "succeeded": Succeeded(xcom=[1, 2], logs=["done"]),
    "failed": Failed(3, logs=LINES),
    "failed_deferred": Failed(3, logs=LINES),
    "raw_failed": Failed(3, logs=LINES),
    "oom": OOMKilled(logs=["Killed"]),  # the shell's word
    "no_image": ImagePullBackOff(),
    "no_image_deferred": ImagePullBackOff(),
    "no_secret": SecretNotFound(),
    "no_secret_volume": SecretNotFound("absent"),
    "no_node": Unschedulable("0/1 nodes are available: 1 Insufficient memory."),
    "evicted": Evicted("Pod ephemeral local storage usage exceeds the total limit of containers 4Mi. ", FILLED),
    "slow": SlowStart(3),
}
CODES = {
    "failed": "exit-code",
    "failed_deferred": "exit-code",
    "oom": "out-of-memory",
    "no_image": "image-not-found",
    "no_image_deferred": "image-not-found",
    "no_secret": "secret-missing",
    "no_secret_volume": "secret-missing",
    "no_node": "unschedulable",
    "evicted": "evicted",
}
"""The cause of each death of a `pod_task`."""
