"""The one way of a call: its keywords are read into a pod, and everything that is wrong with it is collected.

`pod_task`, `pod_override` and `default_args` differ in what they take, in where Airflow renders templates, and in the
rules that hold for the finished pod; they pass that as data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflowkit.errors import did_you_mean
from airflowkit.pods.schema.faults import Fault, split
from airflowkit.pods.schema.jinja import Unparsable, parse_template
from airflowkit.pods.spec.builder import PodBuilder
from airflowkit.pods.spec.env_and_volumes import read_sources
from airflowkit.pods.spec.keywords import PLACES
from airflowkit.pods.spec.shorthands import named_after_resources, secure
from airflowkit.stand_ins.marks import is_stand_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from airflowkit.errors import Problem
    from airflowkit.pods.schema.decoder import Decoder


def read_pod(values: Mapping[str, Any], decoder: Decoder) -> PodBuilder:
    """Return the pod of keywords, without the shorthands that were expanded before and without a pod template."""
    builder = PodBuilder(decoder)
    for keyword, value in values.items():
        if keyword in PLACES:
            builder.set(keyword, value)
    read_sources(builder, values)
    secure(builder, values.get("security"))
    return builder


def unknown_faults(keywords: Mapping[str, Any], known: Collection[str], reason: str) -> Iterator[Fault]:
    """Return the keywords that are not known, each with the nearest one that is."""
    for keyword, value in keywords.items():
        if keyword not in known:
            yield Fault(keyword, value, reason, did_you_mean(keyword, known))


def template_faults(builder: PodBuilder, literal: Collection[str], reason: str) -> Iterator[Fault]:
    """Return the templates that Airflow does not render, and those that are not valid Jinja.

    Args:
        builder: What was read.
        literal: The keywords in which Airflow renders no templates.
        reason: What is wrong with a template there.
    """
    environment = builder.decoder.rendering.environment
    for path, value in builder.decoder.runtime_values:
        if split(path)[0] in literal:
            yield Fault(path, value, reason, "write the value itself")
        elif isinstance(value, str) and isinstance(fault := parse_template(value, environment), Unparsable):
            yield Fault(path, value, f"is not a valid Jinja template: {fault.reason}", fault.hint)


def problems_of(
    builder: PodBuilder, faults: Iterable[Fault], pod_faults: Iterable[Fault], resources: Any
) -> list[Problem]:
    """Return everything that is wrong, each at its argument and each once.

    Args:
        builder: What was read.
        faults: What is wrong with the keywords.
        pod_faults: What is wrong with the finished pod.
        resources: What `resources` was given; None where it was not.
    """
    problems = [*builder.problems(), *(fault.as_problem() for fault in faults if not is_stand_in(fault.value))]
    reported = {problem.field for problem in problems}  # a value that could not be read is missing from the pod
    of_the_pod = (fault for fault in pod_faults if not is_stand_in(fault.value))
    problems += [problem for problem in map(builder.problem, of_the_pod) if problem.field not in reported]
    named = [named_after_resources(problem, resources) for problem in problems]
    return list({(problem.field, problem.value): problem for problem in reversed(named)}.values())[::-1]
