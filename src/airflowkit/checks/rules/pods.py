"""AK401 to AK407: what every pod needs, whether `pod_task`, `KubernetesPodOperator` or `@task.kubernetes` makes it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.pod_rule import pod_rule
from airflowkit.checks.model.pod_view import Pod, environment, field_of, request
from airflowkit.pods.schema.image_reference import PUBLIC_REGISTRIES, ImageReference, parse_image
from airflowkit.pods.schema.jinja import is_runtime_value

if TYPE_CHECKING:
    from collections.abc import Iterator

_RENDERED: Final = ("env_vars", "cmds", "arguments", "labels", "annotations")
_BY_VARIABLE: Final = 'pass secrets=[SecretEnv(...)], and read the variable in the program or as "$(NAME)"'
_MOVING_TAGS: Final = frozenset({"latest", "main", "master", "dev", "develop", "edge", "nightly", "stable"})
_LONGEST_START: Final = 3600


@pod_rule("AK401", "pod-without-limits", Severity.WARNING)
def pod_without_limits(pod: Pod) -> Iterator[Fault]:
    """Checks that each pod requests CPU and memory, and has a memory limit.

    ## Why it matters
    Without requests the scheduler puts any number of pods on one node; without a memory limit one leak gets its
    neighbours evicted. (A CPU limit only slows the pod down, and is not required.)

    ## How to fix it
    Pass `resources="small"` to `pod_task`, or `container_resources=` to the operator.
    """
    if not pod.knows("container_resources"):
        return
    wanted = (("requests", "cpu"), ("requests", "memory"), ("limits", "memory"))
    missing = [f"{kind}.{resource}" for kind, resource in wanted if request(pod, resource, kind) is None]
    if missing:
        theirs = 'pass container_resources=V1ResourceRequirements(requests={"cpu": "250m", …}, limits={"memory": …})'
        hint = pod.hint('pass resources="small" to pod_task', theirs)
        yield Fault(f"its pod has no {', '.join(missing)}", hint=hint)


@pod_rule("AK402", "image-not-pinned", Severity.WARNING)
def image_not_pinned(pod: Pod) -> Iterator[Fault]:
    """Checks that each pod's image has a version.

    ## Why it matters
    `latest` may be a different image tomorrow: a retry then runs different code from the first try, and nobody can tell
    which.

    ## How to fix it
    Name a version or a digest: `image="orders:1.4.2"`.
    """
    image = _image(pod)
    if image and not image.digest and (not image.tag or image.tag in _MOVING_TAGS):
        yield Fault(f"its image '{image}' has no version", hint=f'write image="{image.name}:<its version>"')


@pod_rule("AK403", "secret-in-plain-sight")
def secret_in_plain_sight(pod: Pod) -> Iterator[Fault]:
    """Checks that no secret is in a pod's plain environment.

    It looks at variables, commands, arguments, and at templates of passwords in whatever is rendered.

    ## Why it matters
    Plain values are in the repository, in Airflow's database, in the pod's manifest and often in logs. A template such
    as `{{ conn.warehouse.password }}` keeps the repository clean, but not the manifest.

    ## How to fix it
    Put it into a Kubernetes Secret and pass `secrets=[SecretEnv("DB_PASSWORD", secret="orders-db", key="password")]`.
    """
    from airflowkit.redaction import contains_secret, is_secret, names_secret  # noqa: PLC0415  for workers: slow

    for name, value in environment(pod):
        if not isinstance(value, str) or not value or is_runtime_value(value):
            continue
        if is_secret(value) or (names_secret(name) and not value.startswith("/")):
            yield Fault(
                f"its environment variable {name} contains what looks like a secret",
                hint=pod.hint(
                    f'pass secrets=[SecretEnv("{name}", secret=..., key=...)]',
                    f'pass secrets=[Secret("env", "{name}", secret=..., key=...)], with the Secret of the provider',
                ),
            )
    for keyword in ("cmds", "arguments"):
        if contains_secret(_written(pod.argument(keyword))):
            yield Fault(f"its {keyword} contain what looks like a secret", hint=_BY_VARIABLE)
    for keyword in _RENDERED:
        for template in _secret_template().findall(str(pod.argument(keyword) or "")):
            yield Fault(f"its {keyword} contain {template}, rendered into the pod's manifest", hint=_BY_VARIABLE)


@pod_rule("AK404", "private-image-without-pull-secret", Severity.WARNING)
def private_image_without_pull_secret(pod: Pod) -> Iterator[Fault]:
    """Checks that a pod can pull its image from a private registry.

    ## Why it matters
    Without a pull secret the pod waits with ErrImagePull and fails after the startup timeout.

    ## How to fix it
    Pass `image_pull_secrets=["regcred"]`, or set it for all pods in `[pod]` of `airflowkit.toml`. If the nodes or the
    service account have access, list the registry in `[check] public_registries`.
    """
    image = _image(pod)
    if image is None or not image.registry or image.registry.startswith("localhost"):
        return
    public = image.registry in PUBLIC_REGISTRIES or image.registry in pod.options.public_registries
    if not public and not pod.argument("image_pull_secrets") and not pod.argument("service_account_name"):
        theirs = 'pass image_pull_secrets=[V1LocalObjectReference(name="regcred")]'
        hint = pod.hint('pass image_pull_secrets=["regcred"]', theirs)
        yield Fault(f"pulls from {image.registry} without a pull secret", hint=hint)


@pod_rule("AK405", "pod-without-time-limit", Severity.WARNING)
def pod_without_time_limit(pod: Pod) -> Iterator[Fault]:
    """Checks that each pod has a time limit.

    ## Why it matters
    A pod that hangs occupies its node and its task forever; with one active run at a time, no later run starts.

    ## How to fix it
    Set `execution_timeout`, as `default_args("standard")` does, or `active_deadline_seconds`. The DAG's
    `dagrun_timeout` counts, too: it stops what is still running.
    """
    if not pod.knows("execution_timeout"):
        return
    ends = (pod.operator.execution_timeout, pod.argument("active_deadline_seconds"), pod.operator.dag.dagrun_timeout)
    if all(end is None for end in ends):
        yield Fault("its pod may run forever", hint='set execution_timeout, or use default_args("standard")')


@pod_rule("AK406", "pod-start-without-end", Severity.WARNING)
def pod_start_without_end(pod: Pod) -> Iterator[Fault]:
    """Checks that a pod that cannot start fails in time.

    ## Why it matters
    A pod that fits on no node, or waits for a missing secret, fails only after `startup_timeout_seconds`. If that is
    hours, nobody knows for hours.

    ## How to fix it
    Pass `startup_timeout_seconds=600`, or however long your nodes and images need: at most an hour, and less than the
    task's `execution_timeout`, which runs at the same time.
    """
    seconds = pod.argument("startup_timeout_seconds")
    if not isinstance(seconds, (int, float)):
        return
    limit = pod.operator.execution_timeout
    if seconds > _LONGEST_START:
        yield Fault(f"its pod may take {seconds} s to start", hint="pass startup_timeout_seconds=600")
    elif limit and seconds >= limit.total_seconds():
        yield Fault(
            f"its pod may take {seconds} s to start, but its task only {limit}",
            hint=f"pass startup_timeout_seconds below {limit.total_seconds():.0f}",
        )


@pod_rule("AK407", "pod-runs-as-root", Severity.WARNING)
def pod_runs_as_root(pod: Pod) -> Iterator[Fault]:
    """Checks that no pod asks to run as root.

    ## Why it matters
    Root in the container is one kernel bug away from root on the node, and namespaces that enforce the restricted Pod
    Security Standard reject such a pod.

    ## How to fix it
    Pass `security="restricted"` to `pod_task`, and use an image that runs as another user.
    """
    hint = pod.hint('pass security="restricted"', "pass container_security_context with runAsNonRoot, and another user")
    for name in ("security_context", "container_security_context"):
        context = pod.argument(name)
        if field_of(context, "run_as_user") == 0:
            yield Fault(f"{name} runs it as root", hint=hint)
        elif field_of(context, "privileged"):
            yield Fault(f"{name} makes it privileged", hint=hint)


RULES: Final = (
    pod_without_limits,
    image_not_pinned,
    secret_in_plain_sight,
    private_image_without_pull_secret,
    pod_without_time_limit,
    pod_start_without_end,
    pod_runs_as_root,
)


def _image(pod: Pod) -> ImageReference | None:
    """Return a pod's image, where it is known and valid."""
    image = pod.argument("image")
    if not pod.knows("image") or not isinstance(image, str) or is_runtime_value(image):
        return None
    parsed = parse_image(image)
    return parsed if isinstance(parsed, ImageReference) else None


@cache
def _secret_template() -> re.Pattern[str]:
    """Return the pattern of templates that put a secret in the clear into what is rendered."""
    from airflowkit.secret_shapes import WORDS  # noqa: PLC0415  as above

    conn, var = r"conn\.\w+\.password", rf"var\.(?:value|json)\.\w*?(?:{WORDS})s?"
    return re.compile(rf"\{{\{{\s*(?:{conn}|{var})\b[^}}]*\}}\}}", re.IGNORECASE)


def _written(value: object) -> str:
    """Return a command line as text: an item that is one option keeps its value beside it."""
    return repr(list(value)) if isinstance(value, (list, tuple)) else str(value or "")
