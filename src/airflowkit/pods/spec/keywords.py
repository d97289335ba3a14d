"""The keywords of `pod_task` and `pod_override`: one row each, and everything that follows from it.

A keyword of a newer provider is added here, and as a type in `keyword_types`; a test names those that are missing.
This file imports neither Airflow nor the Kubernetes client: the rules' parent process and the presets read it too.
What the installed operator takes, and in what it renders templates, is asked of the operator itself (`installed`).
"""

from __future__ import annotations

from enum import Enum, auto
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Place(NamedTuple):
    """The one field of the manifest that a keyword sets.

    Attributes:
        section: `metadata`, `spec`, `container` or `sidecar`.
        key: The field's name in the manifest.
        kind: As in `models.Field`.
        many: Whether it is a list of that.
    """

    section: str
    key: str
    kind: str
    many: bool = False


class Source(NamedTuple):
    """A keyword that adds variables, volumes or mounts.

    Attributes:
        hint: What to write.
        part: The list of the pod to which a Kubernetes object given here is added.
        templated: The fields of that object in which Airflow renders templates (`_render_nested_template_fields`).
    """

    hint: str
    part: str = "env"
    templated: frozenset[str] = frozenset()


class WholePod(NamedTuple):
    """A keyword that brings a whole pod."""


class Dead(NamedTuple):
    """A keyword that the provider still takes and no longer uses.

    Attributes:
        reason: What the provider does with it.
        hint: What to write instead.
        harmless: The values, as written, that ask for what the provider does anyway; empty for any.
    """

    reason: str
    hint: str
    harmless: tuple[str, ...] = ()


class Check(Enum):
    """How the value of an operator's own option is checked; `operator_options` has the function of each."""

    SWITCH = auto()
    COUNT = auto()
    SECONDS = auto()
    DURATION = auto()
    TIMEDELTA = auto()
    TEXT = auto()
    MAPPING = auto()
    FUNCTION = auto()
    AIRFLOW_CALLBACKS = auto()
    POD_CALLBACKS = auto()
    EXIT_CODES = auto()
    FINISH_ACTION = auto()
    KILL_ACTION = auto()
    TRIGGER_RULE = auto()
    POD_NAME = auto()
    OWN_LABELS = auto()


class Keyword(NamedTuple):
    """What there is to know about a keyword.

    Attributes:
        sets: What it sets in the pod; None for an option of the operator.
        check: How its value is checked as an option of the operator; None where any value will do.
        least: The lowest number that `Check.COUNT` allows.
        nullable: Whether it may be None.
        overridable: Whether `pod_override` takes it, if it sets something in the pod.
        dead: Why it does nothing any more.
    """

    sets: Place | Source | WholePod | None = None
    check: Check | None = None
    least: int = 1
    nullable: bool = True
    overridable: bool = True
    dead: Dead | None = None


_SWITCH: Final = Keyword(check=Check.SWITCH)
_COUNT: Final = Keyword(check=Check.COUNT)
_TEXT: Final = Keyword(check=Check.TEXT)
_ANY: Final = Keyword()


def _field(section: str, key: str, kind: str, *, many: bool = False) -> Keyword:
    return Keyword(Place(section, key, kind, many))


POD_OPERATOR: Final[Mapping[str, Keyword]] = MappingProxyType(
    {
        # the pod, field by field
        "name": Keyword(Place("metadata", "name", "str"), Check.POD_NAME, overridable=False),
        "namespace": Keyword(Place("metadata", "namespace", "str"), overridable=False),
        "labels": Keyword(Place("metadata", "labels", "map"), Check.OWN_LABELS),
        "annotations": _field("metadata", "annotations", "map"),
        "image": _field("container", "image", "str"),
        "cmds": _field("container", "command", "str", many=True),
        "arguments": _field("container", "args", "str", many=True),
        "ports": _field("container", "ports", "V1ContainerPort", many=True),
        "image_pull_policy": _field("container", "imagePullPolicy", "str"),
        "base_container_name": Keyword(Place("container", "name", "str"), overridable=False),
        "container_resources": _field("container", "resources", "V1ResourceRequirements"),
        "container_security_context": _field("container", "securityContext", "V1SecurityContext"),
        "xcom_sidecar_container_security_context": Keyword(
            Place("sidecar", "securityContext", "V1SecurityContext"), overridable=False
        ),
        "termination_message_policy": Keyword(Place("container", "terminationMessagePolicy", "str"), overridable=False),
        "runtime_class_name": _field("spec", "runtimeClassName", "str"),
        "node_selector": _field("spec", "nodeSelector", "map"),
        "affinity": _field("spec", "affinity", "V1Affinity"),
        "tolerations": _field("spec", "tolerations", "V1Toleration", many=True),
        "init_containers": _field("spec", "initContainers", "V1Container", many=True),
        "host_aliases": _field("spec", "hostAliases", "V1HostAlias", many=True),
        "image_pull_secrets": _field("spec", "imagePullSecrets", "V1LocalObjectReference", many=True),
        "service_account_name": _field("spec", "serviceAccountName", "str"),
        "automount_service_account_token": Keyword(Place("spec", "automountServiceAccountToken", "bool"), Check.SWITCH),
        "hostnetwork": _field("spec", "hostNetwork", "bool"),
        "hostname": _field("spec", "hostname", "str"),
        "subdomain": _field("spec", "subdomain", "str"),
        "security_context": _field("spec", "securityContext", "V1PodSecurityContext"),
        "dnspolicy": _field("spec", "dnsPolicy", "str"),
        "dns_config": _field("spec", "dnsConfig", "V1PodDNSConfig"),
        "schedulername": _field("spec", "schedulerName", "str"),
        "priority_class_name": _field("spec", "priorityClassName", "str"),
        "active_deadline_seconds": _field("spec", "activeDeadlineSeconds", "int"),
        "termination_grace_period": _field("spec", "terminationGracePeriodSeconds", "int"),
        # variables, volumes and mounts, in the order in which Airflow adds up what they bring
        "env_vars": Keyword(Source("write {'NAME': 'value'}", "env", frozenset({"name", "value"}))),
        "pod_runtime_info_envs": Keyword(Source("write [FieldEnv('NAME', field='status.podIP')]", "env")),
        "env_from": Keyword(
            Source(
                "write [SecretEnvFrom(secret='name')] or [ConfigMapEnvFrom(config_map='name')]",
                "envFrom",
                frozenset({"configMapRef.name"}),
            )
        ),
        "configmaps": Keyword(Source("write ['name']", "envFrom")),
        "secrets": Keyword(
            Source("write [SecretEnvFrom(secret='name')] or [SecretEnv('NAME', secret='name', key='key')]")
        ),
        "volumes": Keyword(
            Source(
                "write [ClaimVolume('/path', claim='name')]",
                "volumes",
                frozenset({"name", "persistentVolumeClaim.claimName", "configMap.name"}),
            )
        ),
        "volume_mounts": Keyword(
            Source(
                "write [V1VolumeMount(name='volume', mount_path='/path')]",
                "volumeMounts",
                frozenset({"name", "subPath"}),
            )
        ),
        # whole pods, each over those before it
        "pod_template_file": Keyword(WholePod()),
        "pod_template_dict": Keyword(WholePod()),
        "full_pod_spec": Keyword(WholePod()),
        # how the operator runs the pod
        "base_container_status_polling_interval": Keyword(check=Check.SECONDS),
        "callbacks": Keyword(check=Check.POD_CALLBACKS),
        "cluster_context": _TEXT,
        "config_file": _TEXT,
        "container_logs": _ANY,
        "container_name_log_prefix_enabled": _SWITCH,
        "deferrable": _SWITCH,
        "do_xcom_push": _SWITCH,
        "durable": _SWITCH,
        "get_logs": _SWITCH,
        "in_cluster": _SWITCH,
        "init_container_logs": _ANY,
        "kubernetes_conn_id": _TEXT,
        "log_events_on_failure": _SWITCH,
        "log_events_on_startup": _SWITCH,
        "log_formatter": Keyword(check=Check.FUNCTION),
        "log_pod_spec_on_failure": _SWITCH,
        "logging_interval": _COUNT,
        "on_finish_action": Keyword(check=Check.FINISH_ACTION, nullable=False),
        "on_kill_action": Keyword(check=Check.KILL_ACTION, nullable=False),
        "poll_interval": Keyword(check=Check.SECONDS),
        "random_name_suffix": _SWITCH,
        "reattach_on_restart": _SWITCH,
        "schedule_timeout_seconds": _COUNT,
        "skip_on_exit_code": Keyword(check=Check.EXIT_CODES),
        "startup_check_interval_seconds": _COUNT,
        "startup_timeout_seconds": _COUNT,
        "trigger_kwargs": Keyword(check=Check.MAPPING),
        # what the provider still takes
        "is_delete_operator_pod": Keyword(
            dead=Dead(
                "the provider ignores it and deletes the pod either way",
                "write on_finish_action='keep_pod' or 'delete_pod'",
                ("True", "None"),
            )
        ),
        "progress_callback": Keyword(
            dead=Dead("the provider never calls it", "write callbacks=[a subclass of KubernetesPodOperatorCallback]")
        ),
    }
)
"""What `KubernetesPodOperator` takes."""

ANY_TASK: Final[Mapping[str, Keyword]] = MappingProxyType(
    {
        "allow_nested_operators": _SWITCH,
        "dag": _ANY,
        "default_args": _ANY,
        "depends_on_past": _SWITCH,
        "doc": _ANY,
        "doc_json": _ANY,
        "doc_md": _ANY,
        "doc_rst": _ANY,
        "doc_yaml": _ANY,
        "email": _ANY,
        "email_on_failure": _SWITCH,
        "email_on_retry": _SWITCH,
        "end_date": _ANY,
        "execution_timeout": Keyword(check=Check.TIMEDELTA),
        "executor": _TEXT,
        "executor_config": _ANY,
        "ignore_first_depends_on_past": _SWITCH,
        "inlets": _ANY,
        "logger_name": _ANY,
        "map_index_template": _ANY,
        "max_active_tis_per_dag": _COUNT,
        "max_active_tis_per_dagrun": _COUNT,
        "max_retry_delay": Keyword(check=Check.DURATION),
        "multiple_outputs": _SWITCH,
        "on_execute_callback": Keyword(check=Check.AIRFLOW_CALLBACKS),
        "on_failure_callback": Keyword(check=Check.AIRFLOW_CALLBACKS),
        "on_retry_callback": Keyword(check=Check.AIRFLOW_CALLBACKS),
        "on_skipped_callback": Keyword(check=Check.AIRFLOW_CALLBACKS),
        "on_success_callback": Keyword(check=Check.AIRFLOW_CALLBACKS),
        "outlets": _ANY,
        "owner": _TEXT,
        "params": _ANY,
        "pool": _TEXT,
        "pool_slots": Keyword(check=Check.COUNT, nullable=False),
        "post_execute": _ANY,
        "pre_execute": _ANY,
        "priority_weight": _ANY,
        "queue": _TEXT,
        "render_template_as_native_obj": _ANY,
        "retries": Keyword(check=Check.COUNT, least=0),
        "retry_delay": Keyword(check=Check.DURATION),
        "retry_exponential_backoff": _ANY,
        "retry_policy": _ANY,
        "run_as_user": _ANY,
        "sla": _ANY,
        "start_date": _ANY,
        "task_display_name": _ANY,
        "task_group": _ANY,
        "task_id": _ANY,
        "trigger_rule": Keyword(check=Check.TRIGGER_RULE, nullable=False),
        "wait_for_downstream": _SWITCH,
        "wait_for_past_depends_before_skipping": _SWITCH,
        "weight_rule": _ANY,
    }
)
"""What every operator takes."""

AIRFLOWKIT: Final = frozenset({"memory_after_oom", "node_pool", "resources", "security"})
"""The keywords that Airflow does not have; its own `resources` means something else."""

KEYWORDS: Final[Mapping[str, Keyword]] = MappingProxyType({**POD_OPERATOR, **ANY_TASK})

PLACES: Final[Mapping[str, Place]] = MappingProxyType(
    {name: keyword.sets for name, keyword in POD_OPERATOR.items() if isinstance(keyword.sets, Place)}
)
"""The keywords that set one field of the pod."""
SOURCES: Final[Mapping[str, Source]] = MappingProxyType(
    {name: keyword.sets for name, keyword in POD_OPERATOR.items() if isinstance(keyword.sets, Source)}
)
"""The keywords that add variables, volumes and mounts, in the order in which Airflow adds up what they bring."""
TEMPLATES: Final = tuple(name for name, keyword in POD_OPERATOR.items() if isinstance(keyword.sets, WholePod))
"""The keywords that bring a whole pod, each over those before it."""
OF_THE_POD: Final = POD_OPERATOR.keys() | AIRFLOWKIT
"""The keywords that mean something to a pod and nothing, or something else, to any other operator."""
OVERRIDABLE: Final = (AIRFLOWKIT - {"memory_after_oom"}) | {
    name for name in (*PLACES, *SOURCES) if POD_OPERATOR[name].overridable
}
"""The keywords of `pod_override`."""
REWRITTEN: Final = (
    frozenset(SOURCES) | AIRFLOWKIT | {name for name, place in PLACES.items() if place.kind.startswith("V1")}
)
"""The keywords that a plain operator understands only as the Kubernetes client's models."""
DEAD: Final[Mapping[str, Dead]] = MappingProxyType(
    {name: keyword.dead for name, keyword in KEYWORDS.items() if keyword.dead}
)
"""The keywords that do nothing any more."""
