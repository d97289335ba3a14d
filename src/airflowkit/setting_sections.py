"""The sections of `airflowkit.toml`: what each may contain."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictFloat, StrictInt, StrictStr

from airflowkit.ignores import ByCode, Code, Doctor, Mute, Reason

DEFAULT_CONN_ID: Final = "msteams_webhook_url"
"""The name that tutorials use."""
ALERT_BUDGET: Final = 10.0
"""Seconds that an alert may take: Airflow kills a callback after 20, and the task with it."""
MAX_ALERT_BUDGET: Final = 15.0
LONGEST_DELAY: Final = timedelta(days=365)
"""Until the next try of a task; no date is beyond the end of the calendar then."""


def _not_a_bool(given: Any) -> Any:
    """Refuse true and false, which Pydantic takes for 1 and 0."""
    if isinstance(given, bool):
        raise ValueError("must be a number")  # noqa: TRY004  Pydantic's own kind
    return given


Number = Annotated[float, BeforeValidator(_not_a_bool)]
Whole = Annotated[int, BeforeValidator(_not_a_bool)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NodePool(_Section):
    """`[node_pools.NAME]`: where the pods of `node_pool="NAME"` may run."""

    node_selector: dict[str, str] = Field(default_factory=dict, description="labels that the node has")
    tolerations: list[dict[str, Any]] = Field(default_factory=list, description="tolerations for the nodes' taints")


class Gpu(_Section):
    """`[gpu]`: what `Resources(gpu=1)` requests."""

    resource: str = Field(default="nvidia.com/gpu", description="the resource's full name")
    tolerations: list[dict[str, Any]] = Field(default_factory=list, description="tolerations for GPU nodes' taints")


class Kubernetes(_Section):
    """`[kubernetes]`: the cluster, where rules depend on its version."""

    version: str | None = Field(
        default=None, pattern=r"^1\.\d+$", description="such as 1.34; by default the strictest rules apply"
    )


class Teams(_Section):
    """`[teams]`: how alerts reach Microsoft Teams."""

    conn_id: str = Field(default=DEFAULT_CONN_ID, description="the Airflow connection with the workflow's URL")
    environment: str = Field(default="", description="shown in front of every card's title, such as PROD")
    owners: dict[str, str] = Field(default_factory=dict, description="the address to mention for each owner")
    runbook: str = Field(default="", description="a link; may contain {dag_id} and {task_id}")
    budget: Number = Field(
        default=ALERT_BUDGET, gt=0, le=MAX_ALERT_BUDGET, description="seconds that an alert may take in total"
    )
    mute: tuple[Mute, ...] = Field(
        default=(), description="whose failures make no card, each with dag, task, reason and until"
    )


class Check(_Section):
    """`[check]`: which rules apply, and where."""

    dags_folder: str = Field(default="", description="the DAG folder, relative to the root; by default dags")
    python_path: list[str] | None = Field(
        default=None,
        description="folders, relative to the root, that the deployment has on PYTHONPATH; "
        "by default what the repository's Dockerfile, Compose file, Helm values, CI and pytest settings say",
    )
    select: list[Code] = Field(
        default_factory=lambda: ["AK"], description="the rules to check, as codes or their beginnings, such as AK4"
    )
    ignore: ByCode[Reason] = Field(default_factory=dict, description="why a rule is ignored, by its code")
    severity: ByCode[Literal["error", "warning", "info"]] = Field(
        default_factory=dict, description="the severity of a rule's findings, by its code"
    )
    per_path: dict[str, ByCode[Reason]] = Field(
        default_factory=dict, description="the rules ignored for a path pattern, each code with its reason"
    )
    import_timeout: Number = Field(default=30, gt=0, description="seconds after which a file's import is aborted")
    memory_limit: Whole = Field(default=1024, gt=0, description="MiB above which a file's import is aborted")
    parse_seconds: Number = Field(
        default=2, gt=0, description="seconds of CPU time that the import of a DAG file should not exceed"
    )
    parse_memory: Whole = Field(default=200, gt=0, description="MiB that the import of a DAG file should not exceed")
    dag_id_pattern: str = Field(default="", description="a regular expression that every DAG id matches")
    task_id_pattern: str = Field(default="", description="a regular expression that every task id matches")
    tags: list[str] = Field(default_factory=list, description="the allowed tags; each DAG has at least one")
    owners: list[str] = Field(default_factory=list, description="the allowed owners")
    pools: list[str] = Field(default_factory=list, description="the existing pools, besides default_pool")
    external_dags: list[str] = Field(
        default_factory=list,
        description="ids, or patterns such as sales_*, of DAGs in other repositories that tasks wait for or trigger",
    )
    forbidden_imports: list[str] = Field(
        default_factory=list, description="modules that no DAG file may import at module level"
    )
    require_docs: bool = Field(default=False, description="each DAG has a description or doc_md")
    min_retries: Whole = Field(default=0, ge=0, description="minimum of retries of each task")
    max_retries: Whole | None = Field(default=None, ge=0, description="maximum of retries of each task")
    required_dag_args: list[str] = Field(default_factory=list, description="arguments that each DAG sets")
    required_task_args: list[str] = Field(default_factory=list, description="arguments that each task sets")
    group_id_pattern: str = Field(default="", description="a regular expression that every task group's id matches")
    require_dependencies: bool = Field(default=False, description="each task has an upstream or downstream task")
    max_upstream_tasks: Whole | None = Field(
        default=None, gt=0, description="maximum of direct upstream tasks of a task"
    )
    max_active_runs: Whole | None = Field(default=None, gt=0, description="maximum of max_active_runs of each DAG")
    public_registries: list[str] = Field(default_factory=list, description="registries that need no pull secret")
    cpu_budget: str | None = Field(default=None, description="CPU that the pods of one DAG may request at once")
    memory_budget: str | None = Field(default=None, description="memory that the pods of one DAG may request at once")
    largest_file: Whole = Field(default=1024, gt=0, description="maximum size of a file in the DAG folder, in KiB")
    executor: str = Field(
        default="",
        description="the deployment's executor, such as KubernetesExecutor, or several with commas between them",
    )
    executors: list[str] = Field(
        default_factory=list, description="the executors that a task may name; by default those of executor"
    )
    contract: str = Field(
        default="contract.json", description="what the DAGs need of the cluster, kept by `airflowkit doctor --contract`"
    )
    variables: dict[str, Any] = Field(
        default_factory=dict, description="values of Airflow Variables that this computer does not have"
    )
    connections: dict[str, str | dict[str, Any]] = Field(
        default_factory=dict, description="Connections that this computer does not have, as URIs or tables"
    )
    env: dict[str, StrictStr | StrictInt | StrictFloat] = Field(
        default_factory=dict, description="environment variables that this computer does not have"
    )


class NewDag(_Section):
    """`[new_dag]`: what `airflowkit new-dag` starts from."""

    templates: str = Field(
        default="",
        description="templates of your own: a folder, relative to this file, or the URL of a git repository, "
        "with a branch, tag or commit after #",
    )


class Retry(_Section):
    """`[retry]`: what `retry_policy = "by-cause"` means, and how far `memory_after_oom` may go."""

    never: list[str] = Field(default_factory=list, description="causes that end a task, such as exit-code:2")
    always: list[str] = Field(default_factory=list, description="causes that are tried again, such as exit-code:75")
    delay: dict[str, Annotated[Number, Field(ge=0, le=LONGEST_DELAY.total_seconds())]] = Field(
        default_factory=dict, description="seconds until the next try, by cause"
    )
    max_memory: str | None = Field(
        default=None,
        pattern=r"^[0-9]+([.][0-9]+)?([KMGTPE]i|[kMGTPE])?$",
        description="the most memory, such as 32Gi, that a step of memory_after_oom may have",
    )


class File(_Section):
    """The contents of the file."""

    pod: dict[str, Any] = Field(default_factory=dict, description="keywords of pod_task that every pod begins with")
    resources: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="sizes by their name, for resources='small': the arguments of Resources"
    )
    node_pools: dict[str, NodePool] = Field(
        default_factory=dict, description="where pods may run, by the name in node_pool='spot'"
    )
    gpu: Gpu = Gpu()
    kubernetes: Kubernetes = Kubernetes()
    presets: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="arguments of tasks and DAGs by the name of a preset, built in or your own"
    )
    teams: Teams = Teams()
    check: Check = Check()
    new_dag: NewDag = NewDag()
    doctor: Doctor = Doctor()
    retry: Retry = Retry()
