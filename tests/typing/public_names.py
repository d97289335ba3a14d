"""The names of `airflowkit` and `airflowkit.testing`, which are loaded on first use, as a type checker sees them."""

from __future__ import annotations

import airflowkit
from airflowkit import pod_task
from airflowkit import pod_tsk  # error: [attr-defined]
from airflowkit.testing import OOMKilled
from airflowkit.testing import OutOfMemory  # error: [attr-defined]

airflowkit.Resources(memory="1Gi")
airflowkit.Resource(memory="1Gi")  # error: [attr-defined]
pod_task("hello", image="busybox:1.37")
OOMKilled(logs=["loading"])
