"""From a call to one checked pod: layers resolved, keywords read, the finished pod validated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from airflowkit.errors import PodSpecError, Problem
from airflowkit.pods.schema.decoder import Decoder
from airflowkit.pods.schema.jinja import TEXT, Rendering
from airflowkit.pods.schema.versions import parse_version
from airflowkit.pods.spec.builder import NOT_TEMPLATED
from airflowkit.pods.spec.installed import KNOWN, TEMPLATED
from airflowkit.pods.spec.keywords import AIRFLOWKIT, OF_THE_POD, PLACES
from airflowkit.pods.spec.layers import BUILT_IN, nearest, resolve
from airflowkit.pods.spec.memory_steps import MemorySteps, memory_steps, step_faults
from airflowkit.pods.spec.operator_options import log_faults, option_faults
from airflowkit.pods.spec.pod_templates import whole_pod
from airflowkit.pods.spec.reading import problems_of, read_pod, template_faults, unknown_faults
from airflowkit.pods.spec.shorthands import expand_resources, place
from airflowkit.pods.spec.text_places import native_faults
from airflowkit.pods.validation import pod_faults
from airflowkit.pods.validation.standards import restricted
from airflowkit.settings import Layer, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflowkit.pods.schema.faults import Fault
    from airflowkit.pods.schema.versions import Version
    from airflowkit.pods.spec.builder import PodBuilder

_LITERAL: Final = PLACES.keys() - TEMPLATED
"""The keywords in which Airflow renders no templates; `env_and_volumes` judges its own, field by field."""


@dataclass(frozen=True, slots=True)
class PodSpec:
    """One checked pod.

    Attributes:
        keywords: What the operator gets.
        manifest: The pod as the API would get it, templates and all.
        layers: Where the keywords came from, the lowest first.
        upstream: Other tasks' outputs within Kubernetes' objects, where Airflow does not look for them.
        memory_steps: What the next try may have after one ran out of memory, or None.
    """

    keywords: dict[str, Any]
    manifest: dict[str, Any]
    layers: tuple[Layer, ...]
    upstream: tuple[Any, ...]
    memory_steps: MemorySteps | None = None


def checked_pod(
    call: Mapping[str, Any],
    default_args: Mapping[str, Any],
    settings: Settings,
    *,
    dag_id: str = "",
    task_id: str = "",
    rendering: Rendering = TEXT,
    coerce: bool = True,
) -> PodSpec:
    """Return the pod that a call describes.

    Args:
        call: The keywords of the call.
        default_args: Airflow's, of the DAG and its task groups, already joined.
        settings: What `airflowkit.toml` says.
        dag_id: For the messages.
        task_id: For the messages.
        rendering: How templates are rendered.
        coerce: Whether to accept obvious intent, as `pod_task` does; the plain operator passes everything on as it is.

    Raises:
        PodSpecError: Kubernetes would refuse the pod, or it would not do what was meant.
    """
    version = parse_version(settings.kubernetes.version)
    decoder = Decoder(version, coerce=coerce, rendering=rendering)
    layers = _layers(call, default_args, settings)
    values = _values(layers, settings, decoder)
    builder = read_pod(values, decoder)
    manifest = whole_pod(builder, values)
    faults = _keyword_faults(call, settings, values, builder, manifest)
    resources = _given_resources(layers)
    steps = step_faults(values, manifest, of_resources=resources is not None)
    problems = problems_of(builder, (*faults, *steps), _pod_faults(manifest, values, version), resources)
    if problems:
        raise PodSpecError(located(problem, layers, dag_id, task_id) for problem in problems)
    rest = {key: value for key, value in values.items() if key not in builder.keywords and key not in AIRFLOWKIT}
    upstream = tuple(value for _, value in decoder.runtime_values if not isinstance(value, str))
    steps_of_memory = memory_steps(values, settings.retry.max_memory)
    return PodSpec(rest | builder.keywords, manifest, layers, upstream, steps_of_memory)


def _layers(call: Mapping[str, Any], default_args: Mapping[str, Any], settings: Settings) -> tuple[Layer, ...]:
    defaults = {key: value for key, value in default_args.items() if key in OF_THE_POD}
    return (BUILT_IN, *settings.pod_layers, Layer("default_args", defaults), Layer("call", call))


def _values(layers: tuple[Layer, ...], settings: Settings, decoder: Decoder) -> dict[str, Any]:
    """Return the effective keywords, with Kubernetes' own in the place of `resources` and `node_pool`."""
    *kit, defaults, call = (expand_resources(layer.values, settings, decoder.reject) for layer in layers)
    return place(resolve([*kit, nearest(defaults, call)]), settings, decoder.reject)


def _keyword_faults(
    call: Mapping[str, Any],
    settings: Settings,
    values: Mapping[str, Any],
    builder: PodBuilder,
    manifest: Mapping[str, Any],
) -> Iterator[Fault]:
    for layer in (*settings.pod_layers, Layer("", call)):
        yield from unknown_faults(layer.values, KNOWN, "there is no such argument")
    yield from option_faults(values)
    yield from log_faults(values, manifest)
    yield from template_faults(builder, _LITERAL, NOT_TEMPLATED)
    if not builder.decoder.coerce:  # the operator of pod_task renders text where only text is allowed
        yield from native_faults(values, builder.decoder.rendering)


def _pod_faults(manifest: dict[str, Any], values: Mapping[str, Any], version: Version) -> Iterator[Fault]:
    yield from pod_faults(manifest, version)
    if values.get("security") == "restricted":
        yield from restricted(manifest)


def _given_resources(layers: tuple[Layer, ...]) -> Any:
    return next((layer.values["resources"] for layer in reversed(layers) if "resources" in layer.values), None)


def located(problem: Problem, layers: tuple[Layer, ...], dag_id: str, task_id: str) -> Problem:
    """Return a problem with its DAG, its task, and its layer where that is not the call."""
    keyword = problem.field.partition(".")[0].partition("[")[0]
    setter = next((layer.name for layer in reversed(layers) if layer.values.get(keyword) is not None), "call")
    layer = "" if setter == "call" else f" (set by {setter})"
    return replace(problem, reason=problem.reason + layer, dag_id=dag_id, task_id=task_id)
