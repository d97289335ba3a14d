"""Keywords of `pod_task` and `pod_override` that must and must not type-check."""

from __future__ import annotations

from typing import assert_type

from airflowkit import (
    ClaimVolume,
    ConfigMapEnv,
    ConfigMapEnvFrom,
    ConfigMapVolume,
    EmptyDirVolume,
    FieldEnv,
    Resources,
    SecretEnv,
    SecretEnvFrom,
    SecretVolume,
    pod_override,
    pod_task,
)
from airflowkit.pods.mapped import MappedPod
from airflowkit.pods.operator.operator import CheckedPodOperator

task = pod_task(
    "extract",
    image="registry.example.com/orders:1.4.2",
    cmds=["python", "-m", "orders.extract"],
    arguments=["--day", "{{ ds }}"],
    env_vars={"LOG_LEVEL": "info", "BATCH": 10, "UNSET": None},
    secrets=[SecretEnv("DB_PASSWORD", secret="orders-db", key="password"), SecretVolume("/tls", secret="orders-tls")],
    env_from=[ConfigMapEnvFrom(config_map="orders"), SecretEnvFrom(secret="orders-db", prefix="DB_")],
    volumes=[ClaimVolume("/data", claim="airflow-data"), EmptyDirVolume("/tmp"), ConfigMapVolume("/c", config_map="c")],
    image_pull_secrets=["regcred"],
    resources=Resources(cpu="500m", memory="1Gi"),
    security="restricted",
    node_pool="gpu",
    deferrable=True,
    retries=2,
)
assert_type(task, CheckedPodOperator)

pod_task("envs", env_vars=[ConfigMapEnv("A", config_map="c", key="a"), FieldEnv("IP", field="status.podIP")])
pod_task("sizes", resources="small", node_selector={"pool": "batch"}, on_finish_action="keep_pod")

pod_task()  # error: [call-arg]
pod_task("typo", imgae="busybox:1.37")  # error: [call-arg] (not ty)
pod_task("no_text", image=1.37)  # error: (only ty)
pod_task("no_number", retries="2")  # error: [arg-type]
pod_task("unknown_profile", security="strict")  # error: [arg-type]
pod_task("unknown_policy", image_pull_policy="Sometimes")  # error: [arg-type]
pod_task("unknown_action", on_finish_action="delete")  # error: [arg-type]
pod_task("not_a_volume", volumes=[Resources(memory="1Gi")])  # error: (only ty)
pod_task("two_positional", "busybox:1.37")  # error: [call-arg, arg-type]

mapped = pod_task.partial("load", image="busybox:1.37")
assert_type(mapped, MappedPod)
mapped.expand(arguments=[["a"], ["b"]])
pod_task.partial("load", imgae="busybox:1.37")  # error: [call-arg] (not ty)

config = pod_override(resources=Resources(memory="2Gi"), env_vars={"A": "1"})
config["pod_override"].spec.containers[0].name
pod_override(retries=2)  # error: [call-arg] (not ty)
pod_override(deferrable=True)  # error: [call-arg] (not ty)
