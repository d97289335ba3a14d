"""Why a task failed, as data: a closed list of causes, and what each means for another try.

`PodFailed.cause`, the card, `airflowkit run --json`, the results of tests and the XCom that a run's card reads have the
same codes. `docs/reference/causes.md` and `cause.schema.json` are written from this list (`scripts/causes.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

SCHEMA_VERSION: Final = 1
"""Of `cause.schema.json`. A new code does not change it; a field that goes or changes its meaning does."""


class Category(StrEnum):
    """Whose turn it is after a failure."""

    INFRASTRUCTURE = "infrastructure"
    """What is below the pod failed: its node, a registry, the API server. The pod itself may be right."""
    CONFIGURATION = "configuration"
    """The pod asks for something that is not there or not allowed: every try ends the same way until that is fixed."""
    PROGRAM = "program"
    """What runs in the pod failed, or took more than it may."""
    HUMAN = "human"
    """Somebody, or something that acts for somebody, ended it."""
    UNKNOWN = "unknown"
    """It cannot be told: the category of the code `unknown`, and of no other."""


class CauseCode(StrEnum):
    """Why a task failed. The list is closed: nothing fails with a code that is not in it.

    Attributes:
        category: Whose turn it is.
        retryable: Whether another try can help while nobody changes anything.
        evidence: What Kubernetes, or Airflow, says in that case.
        remedy: What to do about it.
    """

    category: Category
    retryable: bool
    evidence: str
    remedy: str

    def __new__(cls, code: str, category: Category, evidence: str, remedy: str) -> Self:
        """Return a member; configuration is what no further try can help with."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.category, member.evidence, member.remedy = category, evidence, remedy
        member.retryable = category is not Category.CONFIGURATION
        return member

    EVICTED = (
        *("evicted", Category.INFRASTRUCTURE),
        "pod `reason: Evicted`, or condition `DisruptionTarget` with `EvictionByEvictionAPI`",
        "request what the pod needs (memory, `ephemeral_storage`); a drained node needs nothing",
    )
    PREEMPTED = (
        *("preempted", Category.INFRASTRUCTURE),
        "condition `DisruptionTarget` with `PreemptionByScheduler`, pod `reason: Preempting`, event `Preempted`",
        "set `priority_class_name`",
    )
    NODE_LOST = (
        *("node-lost", Category.INFRASTRUCTURE),
        (
            "`DisruptionTarget` with `DeletionByTaintManager` or `DeletionByPodGC`, pod `reason: NodeLost`, "
            "container `reason: ContainerStatusUnknown`, events `TaintManagerEviction`, `NodeNotReady`"
        ),
        "nothing in the DAG: another try runs on another node",
    )
    NODE_SHUTDOWN = (
        *("node-shutdown", Category.INFRASTRUCTURE),
        "pod `reason: NodeShutdown`, `Shutdown` or `Terminated`",
        "nothing in the DAG: another try runs on another node",
    )
    NODE_REFUSED = (
        *("node-refused", Category.INFRASTRUCTURE),
        "pod `reason: OutOfcpu`, `OutOfmemory`, …, `NodeAffinity`, `NodeName`, `NodePorts`, `UnexpectedAdmissionError`",
        "look at `resources` and at the node",
    )
    DISRUPTED = (
        *("disrupted", Category.INFRASTRUCTURE),
        "condition `DisruptionTarget` with any other reason",
        "look at the condition's message",
    )
    UNSCHEDULABLE = (
        *("unschedulable", Category.INFRASTRUCTURE),
        "condition `PodScheduled` is `False`",
        "ask for less, or correct `node_selector`, `affinity` and `tolerations`; the hint says which",
    )
    START_TIMEOUT = (
        *("start-timeout", Category.INFRASTRUCTURE),
        "phase `Pending` after `startup_timeout_seconds`, with a node and without a fault",
        "raise `startup_timeout_seconds`, or make the image smaller",
    )
    SETUP_FAILED = (
        *("setup-failed", Category.INFRASTRUCTURE),
        "events `FailedMount`, `FailedAttachVolume`, `FailedBinding`, `FailedCreatePodSandBox`",
        "look at the volumes and at the node",
    )
    START_FAILED = (
        *("start-failed", Category.INFRASTRUCTURE),
        "container `reason: StartError`, `RunContainerError`, `CreateContainerError`, … with an unknown message",
        "look at the pod's events, its command, user and mounts",
    )
    REGISTRY_UNREACHABLE = (
        *("registry-unreachable", Category.INFRASTRUCTURE),
        "container `reason: ErrImagePull` or `ImagePullBackOff`: no such host, refused, timeout, TLS",
        "check the registry's name, and that the nodes may reach it",
    )
    REGISTRY_RATE_LIMIT = (
        *("registry-rate-limit", Category.INFRASTRUCTURE),
        "container `reason: ErrImagePull` or `ImagePullBackOff`: 429",
        "log in with a pull secret, or use a mirror",
    )
    IMAGE_PULL_FAILED = (
        *("image-pull-failed", Category.INFRASTRUCTURE),
        "container `reason: ErrImagePull` or `ImagePullBackOff` with any other message",
        "look at the pod's events",
    )
    QUOTA_EXCEEDED = (
        *("quota-exceeded", Category.INFRASTRUCTURE),
        "the API answers 403: exceeded quota",
        "ask for less in `resources`, or for more quota; it is free again when other pods end",
    )
    API_UNREACHABLE = (
        *("api-unreachable", Category.INFRASTRUCTURE),
        "no connection to the Kubernetes API",
        "look at the connection, `KUBECONFIG` and the network between Airflow and the cluster",
    )
    API_FAILED = (
        *("api-failed", Category.INFRASTRUCTURE),
        "the API answers 409, 429, 5xx or any other status that no other code names",
        "look at the API server",
    )
    TRIGGER_FAILED = (
        *("trigger-failed", Category.INFRASTRUCTURE),
        "the trigger of a deferrable task gave up",
        "look at the triggerer's log: it must reach the cluster as the workers do, with the same airflowkit",
    )

    IMAGE_NOT_FOUND = (
        *("image-not-found", Category.CONFIGURATION),
        "container `reason: ErrImagePull` or `ImagePullBackOff`: 404, manifest unknown",
        "check the name and the tag, and that it was pushed",
    )
    IMAGE_FORBIDDEN = (
        *("image-forbidden", Category.CONFIGURATION),
        "container `reason: ErrImagePull` or `ImagePullBackOff`: 401, 403, denied (Docker Hub: or no such image)",
        "name a pull secret that opens the registry in `image_pull_secrets`",
    )
    IMAGE_NAME_INVALID = (
        *("image-name-invalid", Category.CONFIGURATION),
        "container `reason: InvalidImageName`",
        "write it as `registry/path/name:tag`, in lower case",
    )
    IMAGE_NEVER_PULLED = (
        *("image-never-pulled", Category.CONFIGURATION),
        "container `reason: ErrImageNeverPull`",
        "load the image into the node, or set `image_pull_policy` to `IfNotPresent`",
    )
    WRONG_PLATFORM = (
        *("wrong-platform", Category.CONFIGURATION),
        "no match for platform in the manifest; container `reason: StartError`: exec format error",
        "build the image, or the program, for the node's platform",
    )
    SECRET_MISSING = (
        *("secret-missing", Category.CONFIGURATION),
        "container `reason: CreateContainerConfigError`, event `FailedMount` or `FailedToRetrieveImagePullSecret`",
        "create the Secret in the pod's namespace, or correct its name",
    )
    SECRET_KEY_MISSING = (
        *("secret-key-missing", Category.CONFIGURATION),
        "container `reason: CreateContainerConfigError`, event `FailedMount`",
        "add the key to the Secret, or correct its name",
    )
    CONFIG_MAP_MISSING = (
        *("config-map-missing", Category.CONFIGURATION),
        "container `reason: CreateContainerConfigError`, event `FailedMount`",
        "create the ConfigMap in the pod's namespace, or correct its name",
    )
    CONFIG_MAP_KEY_MISSING = (
        *("config-map-key-missing", Category.CONFIGURATION),
        "container `reason: CreateContainerConfigError`, event `FailedMount`",
        "add the key to the ConfigMap, or correct its name",
    )
    CLAIM_MISSING = (
        *("claim-missing", Category.CONFIGURATION),
        "condition `PodScheduled` is `False`: persistentvolumeclaim not found, or being deleted",
        "create the claim in the pod's namespace, or correct its name",
    )
    COMMAND_NOT_FOUND = (
        *("command-not-found", Category.CONFIGURATION),
        "container `reason: StartError`, `ContainerCannotRun`: exec … not found",
        "check `cmds`: the first item is the program alone, and the image must have it",
    )
    COMMAND_NOT_EXECUTABLE = (
        *("command-not-executable", Category.CONFIGURATION),
        "container `reason: StartError`, `ContainerCannotRun`: exec … permission denied, is a directory",
        "make it an executable file, or name the interpreter in `cmds`",
    )
    CANNOT_START = (
        *("cannot-start", Category.CONFIGURATION),
        "the working directory is not a folder, `runAsNonRoot` forbids the image's user, there is no command at all",
        "correct `working_dir`, the security context or `cmds`; the hint says which",
    )
    API_REFUSED = (
        *("api-refused", Category.CONFIGURATION),
        "the API answers 400, 401, 403, 404 or 422: an invalid pod, no right, no such namespace, Pod Security",
        "correct the pod, or give Airflow's service account the right; `airflowkit check` finds invalid pods",
    )
    CONNECTION_INVALID = (
        *("connection-invalid", Category.CONFIGURATION),
        "no usable kubeconfig, or no such Airflow connection",
        "define the connection, or `KUBECONFIG`",
    )
    POD_INVALID = (
        *("pod-invalid", Category.CONFIGURATION),
        "nothing: airflowkit refuses the pod before Kubernetes sees it (`PodSpecError`)",
        "correct the argument that the message names",
    )
    TEMPLATE = (
        *("template", Category.CONFIGURATION),
        "nothing: a template of the task cannot be rendered, so there is no pod",
        "correct the template, or what it refers to",
    )

    OUT_OF_MEMORY = (
        *("out-of-memory", Category.PROGRAM),
        "container `reason: OOMKilled`",
        "raise `memory` in `resources`, or let the work need less at a time",
    )
    EXIT_CODE = (
        *("exit-code", Category.PROGRAM),
        "the base container's `exitCode`",
        "the last lines of its log say more",
    )
    SIGNAL = (
        *("signal", Category.PROGRAM),
        "the base container's `exitCode` is 128 and the number of a signal that ends processes",
        "134, 139: a crash, look at native libraries; 137, 143: it was stopped from outside, by a probe for instance",
    )
    INIT_FAILED = (
        *("init-failed", Category.PROGRAM),
        "an init container's `exitCode`",
        "look at that container's log",
    )
    SIDECAR_FAILED = (
        *("sidecar-failed", Category.PROGRAM),
        "the `exitCode` of a container beside the base one",
        "look at that container's log: a pod fails with any of its containers",
    )
    DEADLINE = (
        *("deadline", Category.PROGRAM),
        "pod `reason: DeadlineExceeded`",
        "raise `active_deadline_seconds`, or find out what takes so long",
    )
    EXECUTION_TIMEOUT = (
        *("execution-timeout", Category.PROGRAM),
        "nothing: Airflow ends the task after its `execution_timeout`",
        "raise `execution_timeout`, or find out what takes so long",
    )
    XCOM_INVALID = (
        *("xcom-invalid", Category.PROGRAM),
        "nothing: `/airflow/xcom/return.json` is not valid JSON",
        "write one JSON value to it, and nothing else",
    )
    EXCEPTION = (
        *("exception", Category.PROGRAM),
        "nothing: Python code of the task raised an exception",
        "read the exception and its traceback",
    )

    KILLED = (
        *("killed", Category.HUMAN),
        "nothing: a user set the task to failed (Airflow then never retries it), or it was told to stop (SIGTERM)",
        "if nobody stopped it, look at the worker: it was shut down, drained or scaled in",
    )
    DELETED = (
        *("deleted", Category.HUMAN),
        "the pod has a `deletionTimestamp` and no condition that says why",
        "look for people, scripts and controllers that clean up",
    )

    UNKNOWN = (
        *("unknown", Category.UNKNOWN),
        "too little: the pod is gone and its events do not say why, or it gives no reason",
        "look at the log",
    )


_BY_NAME: Final = {str(code): code for code in CauseCode}


@dataclass(frozen=True, slots=True, eq=False)
class Cause:
    """Why something failed; equal to its code as text.

    Examples:
        >>> cause = Cause(CauseCode.EXIT_CODE, "exit code 3: no such day", exit_code=3)
        >>> cause == "exit-code", str(cause), cause.category == "program", cause.retryable
        (True, 'exit-code', True, True)

    Attributes:
        code: Which of the list.
        reason: Why, in one line.
        hint: What to do about it; may be empty.
        container: The container to blame; empty if it is the pod as a whole, or none.
        exit_code: That container's exit code, if it ran.
    """

    code: CauseCode
    reason: str
    hint: str = ""
    container: str = ""
    exit_code: int | None = None

    @property
    def category(self) -> Category:
        """Whose turn it is."""
        return self.code.category

    @property
    def retryable(self) -> bool:
        """Whether another try can help while nobody changes anything."""
        return self.code.retryable

    def __str__(self) -> str:
        return str(self.code)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Cause):
            return self.to_json() == other.to_json()
        return self.code == other if isinstance(other, str) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.code)

    def to_json(self) -> dict[str, Any]:
        """Return it as `cause.schema.json` describes it."""
        return {
            "version": SCHEMA_VERSION,
            "code": str(self.code),
            "category": str(self.category),
            "retryable": self.retryable,
            "container": self.container,
            "exit_code": self.exit_code,
            "reason": self.reason,
            "hint": self.hint,
        }


def known_code(text: str) -> CauseCode:
    """Return the code of that name; `unknown` for a name from another version's list."""
    return _BY_NAME.get(text, CauseCode.UNKNOWN)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a cause; of the XCom it also describes the log."""
    text = {"type": "string"}
    properties = {
        "version": {"const": SCHEMA_VERSION},
        "code": {"enum": [str(code) for code in CauseCode]},
        "category": {"enum": [str(category) for category in Category]},
        "retryable": {"type": "boolean", "description": "Whether another try can help while nobody changes anything."},
        "container": {**text, "description": "The container to blame; empty if it is the pod as a whole, or none."},
        "exit_code": {"type": ["integer", "null"], "description": "That container's exit code, if it ran."},
        "reason": {**text, "description": "Why, in one line."},
        "hint": {**text, "description": "What to do about it; may be empty."},
    }
    log_tail = {"type": "array", "items": text, "description": "The last lines of the log; only in the XCom."}
    tries = {
        "type": "object",
        "description": "How often the task was tried, and the tries that its retry policy saved; only in the XCom.",
        "properties": {"used": {"type": "integer"}, "saved": {"type": "integer"}},
        "required": ["used", "saved"],
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Why a task failed",
        "type": "object",
        "properties": {**properties, "log_tail": log_tail, "tries": tries},
        "required": list(properties),
        "additionalProperties": False,
        "allOf": [_category_of(code) for code in CauseCode],
    }


def _category_of(code: CauseCode) -> dict[str, Any]:
    follows = {"category": {"const": str(code.category)}, "retryable": {"const": code.retryable}}
    return {"if": {"properties": {"code": {"const": str(code)}}}, "then": {"properties": follows}}
