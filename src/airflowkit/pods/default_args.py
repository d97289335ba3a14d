"""`default_args` with a pod's keywords in it: turned into what any operator under the DAG understands.

Airflow hands `default_args` to every operator. `resources` is another thing to it, value classes and the keywords of
ours are nothing to a plain operator; and all of it is written into the DAG's serialized form, which must not change
from parse to parse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit.errors import PodSpecError
from airflowkit.pods.schema.decoder import Decoder
from airflowkit.pods.schema.versions import parse_version
from airflowkit.pods.spec.builder import PodBuilder
from airflowkit.pods.spec.env_and_volumes import read_sources
from airflowkit.pods.spec.keywords import OF_THE_POD, OURS, PLACES
from airflowkit.pods.spec.shorthands import expand_shorthands, named_after_resources, secure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.settings import Settings

_SOURCES: Final = ("configmaps", "env_from", "env_vars", "pod_runtime_info_envs", "volume_mounts", "volumes")


def for_any_operator(values: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """Return `default_args` that a plain operator understands.

    Args:
        values: The keywords; those that are no pod's stay as they are.
        settings: What `airflowkit.toml` says of sizes and node pools.

    Raises:
        PodSpecError: One of them cannot be read.
    """
    if not values.keys() & (OF_THE_POD | OURS):
        return dict(values)
    builder = PodBuilder(Decoder(parse_version(settings.kubernetes.version)))
    expanded = expand_shorthands(values, settings, builder)
    for keyword in PLACES.keys() & expanded.keys():
        if expanded[keyword] is not None:
            builder.set(keyword, expanded[keyword])
    read_sources(builder, {keyword: expanded[keyword] for keyword in _SOURCES if keyword in expanded})
    secure(builder, expanded.pop("security", None))
    if builder.decoder.faults:
        resources = values.get("resources")
        problems = [named_after_resources(problem, resources) for problem in builder.problems()]
        raise PodSpecError(problems, where="default_args")
    return expanded | builder.keywords
