"""Presets, alerts and errors that must and must not type-check."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, assert_type

from airflowkit import (
    AirflowKitError,
    PodSpecError,
    TeamsNotifier,
    dag_args,
    default_args,
    pod_task,
    teams_digest,
    teams_failure,
    teams_recovery,
    teams_watchdog,
)

assert_type(default_args("standard", owner="data-eng", retries=1), dict[str, Any])
assert_type(dag_args("backfill", max_active_runs=1), dict[str, Any])
default_args(1)  # error: [arg-type]
default_args("standard", "data-eng")  # error: [call-arg]
default_args(owner=["data-eng"])  # error: [arg-type]

assert_type(teams_failure(mentions={"Data on-call": "oncall@example.com"}), TeamsNotifier)
teams_failure(mention="oncall@example.com")  # error: [call-arg] (not ty)
teams_recovery(budget="10 s")  # error: [arg-type]
teams_digest(period=timedelta(days=7), environment="PROD")
teams_digest(period=7)  # error: [arg-type]
teams_watchdog(grace=timedelta(minutes=10), mentions=["oncall@example.com"])
teams_watchdog(graze=timedelta(minutes=10))  # error: [call-arg] (not ty)

try:
    pod_task("extract")
except PodSpecError as error:
    assert_type(error.problems[0].hint, str)
    base: AirflowKitError = error
    error.problems[0].advice  # error: [attr-defined]
