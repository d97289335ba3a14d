"""From a call to one checked pod: layers resolved, arguments read, rules held against the whole manifest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from airflowkit.errors import PodSpecError, Problem, did_you_mean
from airflowkit.pods.schema.decoder import Decoder
from airflowkit.pods.schema.faults import Fault, split
from airflowkit.pods.schema.jinja import template_fault
from airflowkit.pods.schema.versions import parse_version
from airflowkit.pods.spec.builder import NOT_TEMPLATED, PodBuilder
from airflowkit.pods.spec.env_and_volumes import read_sources
from airflowkit.pods.spec.keywords import KNOWN, OF_THE_POD, OURS, PLACES, TEMPLATED
from airflowkit.pods.spec.layers import BUILT_IN, nearest, resolve
from airflowkit.pods.spec.operator_options import behaviour_faults, log_faults
from airflowkit.pods.spec.pod_templates import TEMPLATES, add_xcom_sidecar, joined_with, read_templates
from airflowkit.pods.spec.shorthands import expand_resources, named_after_resources, place, secure
from airflowkit.pods.validation import pod_faults
from airflowkit.pods.validation.standards import restricted
from airflowkit.settings import Layer, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class PodSpec:
    """One checked pod.

    Attributes:
        keywords: What the operator gets.
        manifest: The pod as the API would get it, templates and all.
        layers: Where the keywords came from, the lowest first.
        upstream: Other tasks' outputs within Kubernetes' objects, where Airflow does not look for them.
    """

    keywords: dict[str, Any]
    manifest: dict[str, Any]
    layers: tuple[Layer, ...]
    upstream: tuple[Any, ...]


def checked_pod(
    call: Mapping[str, Any],
    default_args: Mapping[str, Any],
    settings: Settings,
    *,
    dag_id: str = "",
    task_id: str = "",
    native: bool = False,
    coerce: bool = True,
) -> PodSpec:
    """Return the pod that a call describes.

    Args:
        call: The keywords of the call.
        default_args: Airflow's, of the DAG and its task groups, already joined.
        settings: What `airflowkit.toml` says.
        dag_id: For the messages.
        task_id: For the messages.
        native: Whether the DAG renders templates as Python objects.
        coerce: Whether to take what is plainly meant, as `pod_task` does; the plain operator passes it on as it stands.

    Raises:
        PodSpecError: Kubernetes would refuse it, or it would do something else than what was meant.
    """
    version = parse_version(settings.kubernetes.version)
    builder = PodBuilder(Decoder(version, coerce=coerce, native=native))
    layers = _layers(call, default_args, settings)
    values = _values(layers, settings, builder)
    _read(builder, values)
    manifest = _manifest(builder, values)
    faults = [
        *_unknown(call, settings),
        *behaviour_faults(values),
        *log_faults(values, manifest),
        *_template_faults(builder),
    ]
    problems = [*builder.problems(), *(fault.as_problem() for fault in faults)]
    rules = [pod_faults(manifest, version)]
    if values.get("security") == "restricted":
        rules.append(restricted(manifest))
    found = map(builder.problem, chain.from_iterable(rules))
    said = {problem.field for problem in problems}  # what could not be read is missing, which need not be said
    problems += [problem for problem in found if problem.field not in said]
    if problems:
        raise PodSpecError(_named(problems, layers, dag_id, task_id))
    rest = {key: value for key, value in values.items() if key not in builder.keywords and key not in OURS}
    upstream = tuple(value for _, value in builder.decoder.runtime_values if not isinstance(value, str))
    return PodSpec(rest | builder.keywords, manifest, layers, upstream)


def _layers(call: Mapping[str, Any], default_args: Mapping[str, Any], settings: Settings) -> tuple[Layer, ...]:
    ours = OF_THE_POD | OURS
    defaults = {key: value for key, value in default_args.items() if key in ours}
    return (BUILT_IN, *settings.pod_layers, Layer("default_args", defaults), Layer("call", call))


def _values(layers: tuple[Layer, ...], settings: Settings, builder: PodBuilder) -> dict[str, Any]:
    """Return the keywords that hold, with Kubernetes' own in the place of ours but for `security`."""
    *kit, defaults, call = (expand_resources(layer.values, settings, builder.decoder.reject) for layer in layers)
    return place(resolve([*kit, nearest(defaults, call)]), settings, builder.decoder.reject)


def _read(builder: PodBuilder, values: dict[str, Any]) -> None:
    for keyword, value in values.items():
        if keyword in PLACES:
            if value is None:
                builder.keywords[keyword] = None
            else:
                builder.set(keyword, value)
    read_sources(builder, values)
    secure(builder, values.get("security"))


def _manifest(builder: PodBuilder, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the pod that Airflow will make of it all."""
    template = read_templates(builder, values) if any(values.get(keyword) for keyword in TEMPLATES) else None
    builder.template = next((keyword for keyword in TEMPLATES[::-1] if values.get(keyword)), "")
    manifest = joined_with(builder, template) if template else builder.manifest()
    if values.get("do_xcom_push") is True:
        add_xcom_sidecar(builder, manifest)
    return manifest


def _unknown(call: Mapping[str, Any], settings: Settings) -> Iterator[Fault]:
    for layer in (*settings.pod_layers, Layer("", call)):
        for keyword, value in layer.values.items():
            if keyword not in KNOWN:
                yield Fault(keyword, value, "there is no such argument", did_you_mean(keyword, KNOWN))


def _template_faults(builder: PodBuilder) -> Iterator[Fault]:
    for path, value in builder.decoder.runtime_values:
        keyword = split(path)[0]
        if keyword not in TEMPLATED and keyword in PLACES:
            yield Fault(path, value, NOT_TEMPLATED, "write the value itself")
        elif isinstance(value, str) and (reason := template_fault(value)):
            yield Fault(path, value, reason)


def _named(problems: list[Problem], layers: tuple[Layer, ...], dag_id: str, task_id: str) -> list[Problem]:
    """Return the problems with their DAG, task, and layer where it is not the call; each once."""
    resources = resolve(layer.values for layer in layers).get("resources")
    found = [named_after_resources(problem, resources) for problem in problems]
    unique = {(problem.field, problem.value): problem for problem in reversed(found)}
    return [
        replace(problem, reason=problem.reason + _from(problem.field, layers), dag_id=dag_id, task_id=task_id)
        for problem in reversed(unique.values())
    ]


def _from(field: str, layers: tuple[Layer, ...]) -> str:
    keyword = field.partition(".")[0].partition("[")[0]
    setter = next((layer.name for layer in reversed(layers) if layer.values.get(keyword) is not None), "call")
    return "" if setter == "call" else f" (set by {setter})"
