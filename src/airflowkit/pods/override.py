"""`pod_override`: the same checks for any task under KubernetesExecutor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Unpack

from airflowkit.errors import PodSpecError
from airflowkit.pods.schema.decoder import Decoder
from airflowkit.pods.schema.faults import Fault
from airflowkit.pods.schema.models import to_model
from airflowkit.pods.schema.versions import parse_version
from airflowkit.pods.spec.keywords import OVERRIDABLE
from airflowkit.pods.spec.reading import problems_of, read_pod, template_faults, unknown_faults
from airflowkit.pods.spec.shorthands import expand_shorthands
from airflowkit.pods.validation import pod_faults
from airflowkit.settings import caller_file, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflowkit.errors import Problem
    from airflowkit.pods.spec.keyword_types import OverrideKeywords
    from airflowkit.settings import Settings

_NOT_RENDERED: Final = "Airflow renders no templates in an override: it would stay as it is"


def pod_override(**keywords: Unpack[OverrideKeywords]) -> dict[str, Any]:
    """Return an `executor_config` for a task under KubernetesExecutor, checked as `pod_task` checks.

    It is laid over the executor's pod template: dictionaries, variables, volumes and mounts are added to it, but
    `resources`, security contexts, tolerations and pull secrets replace the template's whole. An image must hold
    Airflow. Airflow renders no templates here.

    Args:
        **keywords: Those of `pod_task` that describe the pod: `resources`, `image`, `env_vars`, `secrets`,
            `volumes`, `node_selector`, `node_pool`, `tolerations`, `security` and so on.

    Raises:
        PodSpecError: Kubernetes would refuse the pod, or it would not do what was meant.

    Examples:
        >>> from airflowkit import Resources
        >>> config = pod_override(resources=Resources(memory="2Gi"))
        >>> config["pod_override"].spec.containers[0].resources.limits
        {'memory': '2Gi'}
    """
    return {"pod_override": to_model(checked_override(keywords, load_settings(caller_file())), "V1Pod")}


def checked_override(keywords: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """Return the manifest of what keywords lay over the executor's pod template.

    Raises:
        PodSpecError: Kubernetes would refuse the pod, or it would not do what was meant.
    """
    version = parse_version(settings.kubernetes.version)
    decoder = Decoder(version)
    taken = {keyword: value for keyword, value in keywords.items() if keyword in OVERRIDABLE}
    expanded = expand_shorthands(taken, settings, decoder.reject)
    builder = read_pod(expanded, decoder)
    faults = (
        *unknown_faults(keywords, OVERRIDABLE, "an override cannot set it"),
        *template_faults(builder, OVERRIDABLE, _NOT_RENDERED),
        *_steps(expanded),
    )
    rules = pod_faults(_over_a_template(builder.manifest()), version)
    if problems := problems_of(builder, faults, rules, keywords.get("resources")):
        raise PodSpecError(problems, where="pod_override")
    spec = builder.spec | {"containers": [builder.container | {"name": "base"}]}
    return {"metadata": builder.metadata, "spec": spec}


def _steps(keywords: Mapping[str, Any]) -> Iterator[Fault]:
    """Return the steps of `Resources`: the executor's pod is made before anything knows how the last try ended."""
    if steps := keywords.get("memory_after_oom"):
        hint = "leave it out, or run the task as pod_task"
        yield Fault(("resources", "memory_after_oom"), steps, "an override cannot raise the memory of a try", hint)


def override_problems(pod: Any, *, version: str | None = None) -> tuple[Problem, ...]:
    """Return everything that is wrong with a `V1Pod` for the executor's pod template.

    Args:
        pod: What `executor_config` has as `pod_override`, made by hand or by `pod_override`.
        version: The cluster's Kubernetes version, such as `1.34`; without it the strictest rules hold.

    Examples:
        >>> override_problems(pod_override(resources="small")["pod_override"])
        ()
    """
    numbers = parse_version(version)
    decoder = Decoder(numbers, coerce=False)
    manifest = decoder.model(pod, "V1Pod", "")
    templates = (Fault(path, value, _NOT_RENDERED) for path, value in decoder.runtime_values)
    unread = [fault.path for fault in decoder.faults]
    found = (fault for fault in pod_faults(_over_a_template(manifest), numbers) if fault.path not in unread)
    return tuple(fault.as_problem() for fault in (*decoder.faults, *templates, *found))


def _over_a_template(override: Mapping[str, Any]) -> dict[str, Any]:
    """Return the pod with what the executor's template is sure to bring: an image, and the volumes it mounts."""
    spec = {"restartPolicy": "Never"} | (override.get("spec") or {})
    containers = [{"name": "base", "image": "of-the-template"} | it for it in spec.get("containers") or [{}]]
    own = list(spec.get("volumes") or ())
    names = {volume.get("name") for volume in own}
    mounted = {mount.get("name") for it in containers for mount in it.get("volumeMounts") or ()} - names - {None}
    own += [{"name": name, "emptyDir": {}} for name in sorted(mounted)]
    whole = spec | {"containers": containers, "volumes": own}
    return {"metadata": {}, **override, "spec": whole}
