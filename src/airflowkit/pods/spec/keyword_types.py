"""The keywords of `pod_task` and `pod_override` as types, so that editors offer them and type checkers read them.

Nothing here runs: what a keyword's value must be is checked where it is read. The names are the provider's, and a
test holds that they are all here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from airflow.providers.cncf.kubernetes.callbacks import KubernetesPodOperatorCallback
    from airflow.providers.cncf.kubernetes.secret import Secret
    from airflow.providers.common.compat.sdk import XComArg
    from kubernetes.client import models as k8s

    from airflowkit.pods.values.env import ConfigMapEnv, ConfigMapEnvFrom, FieldEnv, SecretEnv, SecretEnvFrom
    from airflowkit.pods.values.resources import Resources
    from airflowkit.pods.values.volumes import ClaimVolume, ConfigMapVolume, EmptyDirVolume, SecretVolume

Table: TypeAlias = "Mapping[str, Any]"
"""A Kubernetes object as a dictionary, in camelCase or snake_case."""
Env: TypeAlias = "k8s.V1EnvVar | SecretEnv | ConfigMapEnv | FieldEnv | Table"
EnvFrom: TypeAlias = "k8s.V1EnvFromSource | SecretEnvFrom | ConfigMapEnvFrom | Table"
Volume: TypeAlias = "k8s.V1Volume | ClaimVolume | EmptyDirVolume | ConfigMapVolume | SecretVolume | Table"
SecretSource: TypeAlias = "Secret | SecretEnv | SecretEnvFrom | SecretVolume | Table"
PullSecrets: TypeAlias = "str | Sequence[str | k8s.V1LocalObjectReference | Table]"
Logs: TypeAlias = "Literal[True] | str | Iterable[str]"
Callbacks: TypeAlias = "Callable[..., Any] | Sequence[Callable[..., Any]]"


class OverrideKeywords(TypedDict, total=False):
    """What describes the pod itself: for `pod_override`, and for `pod_task`."""

    active_deadline_seconds: int | None
    affinity: k8s.V1Affinity | Table | None
    annotations: Mapping[str, str] | XComArg | None
    arguments: Sequence[str | XComArg] | str | XComArg | None
    automount_service_account_token: bool | None
    cmds: Sequence[str | XComArg] | str | XComArg | None
    configmaps: Sequence[str | XComArg] | XComArg | None
    container_resources: k8s.V1ResourceRequirements | Table | XComArg | None
    container_security_context: k8s.V1SecurityContext | Table | None
    dns_config: k8s.V1PodDNSConfig | Table | None
    dnspolicy: str | None
    env_from: Sequence[EnvFrom] | EnvFrom | XComArg | None
    env_vars: Mapping[str, str | int | XComArg | None] | Sequence[Env] | XComArg | None
    host_aliases: Sequence[k8s.V1HostAlias | Table] | None
    hostname: str | XComArg | None
    hostnetwork: bool
    image: str | XComArg | None
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] | None
    image_pull_secrets: PullSecrets | None
    init_containers: Sequence[k8s.V1Container | Table] | None
    labels: Mapping[str, str] | XComArg | None
    node_pool: str | None
    node_selector: Mapping[str, str] | XComArg | None
    pod_runtime_info_envs: Sequence[Env] | None
    ports: Sequence[k8s.V1ContainerPort | Table] | None
    priority_class_name: str | None
    resources: str | Resources | Table | None
    runtime_class_name: str | None
    schedulername: str | None
    secrets: Sequence[SecretSource] | SecretSource | None
    security: Literal["none", "non-root", "restricted"] | None
    security_context: k8s.V1PodSecurityContext | Table | None
    service_account_name: str | None
    subdomain: str | None
    termination_grace_period: int | None
    tolerations: Sequence[k8s.V1Toleration | Table] | None
    volume_mounts: Sequence[k8s.V1VolumeMount | Table] | XComArg | None
    volumes: Sequence[Volume] | Volume | XComArg | None


class PodKeywords(OverrideKeywords, total=False):
    """Every keyword of `pod_task` but `task_id`: what describes the pod, how it is run, and what any task has."""

    allow_nested_operators: bool
    base_container_name: str | XComArg | None
    base_container_status_polling_interval: float
    callbacks: type[KubernetesPodOperatorCallback] | list[type[KubernetesPodOperatorCallback]] | None
    cluster_context: str | XComArg | None
    config_file: str | XComArg | None
    container_logs: Logs | None
    container_name_log_prefix_enabled: bool
    dag: Any
    default_args: Mapping[str, Any] | None
    deferrable: bool
    depends_on_past: bool
    do_xcom_push: bool
    doc: str | None
    doc_json: str | None
    doc_md: str | None
    doc_rst: str | None
    doc_yaml: str | None
    durable: bool | None
    email: str | Sequence[str] | None
    email_on_failure: bool
    email_on_retry: bool
    end_date: datetime | None
    execution_timeout: timedelta | None
    executor: str | None
    executor_config: Mapping[str, Any] | None
    full_pod_spec: k8s.V1Pod | Table | None
    get_logs: bool
    ignore_first_depends_on_past: bool
    in_cluster: bool | None
    init_container_logs: Logs | None
    inlets: Any
    kubernetes_conn_id: str | XComArg | None
    log_events_on_failure: bool
    log_events_on_startup: bool
    log_formatter: Callable[[str, str], str] | None
    log_pod_spec_on_failure: bool
    logger_name: str | None
    logging_interval: int | None
    map_index_template: str | None
    max_active_tis_per_dag: int | None
    max_active_tis_per_dagrun: int | None
    max_retry_delay: timedelta | float | None
    memory_after_oom: Sequence[str] | None
    multiple_outputs: bool
    name: str | XComArg | None
    namespace: str | XComArg | None
    on_execute_callback: Callbacks | None
    on_failure_callback: Callbacks | None
    on_finish_action: Literal["delete_pod", "delete_succeeded_pod", "delete_active_pod", "keep_pod"]
    on_kill_action: Literal["delete_pod", "keep_pod"]
    on_retry_callback: Callbacks | None
    on_skipped_callback: Callbacks | None
    on_success_callback: Callbacks | None
    outlets: Any
    owner: str
    params: Mapping[str, Any] | None
    pod_template_dict: Table | XComArg | None
    pod_template_file: str | XComArg | None
    poll_interval: float
    pool: str | None
    pool_slots: int
    post_execute: Callable[..., None] | None
    pre_execute: Callable[..., None] | None
    priority_weight: int
    queue: str
    random_name_suffix: bool
    reattach_on_restart: bool | None
    render_template_as_native_obj: bool | None
    retries: int | None
    retry_delay: timedelta | float
    retry_exponential_backoff: bool | float
    retry_policy: Any
    run_as_user: str | None
    schedule_timeout_seconds: int | None
    skip_on_exit_code: int | Container[int] | None
    sla: timedelta | None
    start_date: datetime | None
    startup_check_interval_seconds: int
    startup_timeout_seconds: int
    task_display_name: str | None
    task_group: Any
    termination_message_policy: Literal["File", "FallbackToLogsOnError"]
    trigger_kwargs: Mapping[str, Any] | XComArg | None
    trigger_rule: str
    wait_for_downstream: bool
    wait_for_past_depends_before_skipping: bool
    weight_rule: Any
    xcom_sidecar_container_security_context: k8s.V1SecurityContext | Table | None
