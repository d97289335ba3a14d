"""`default_args` with a pod's keywords in it: turned into what every operator of the DAG understands.

Airflow hands `default_args` to every operator. `resources` means something else there, and a plain operator knows
neither value classes nor airflowkit's keywords. Everything is written into the DAG's serialized form, which must not
change from parse to parse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflowkit.errors import PodSpecError
from airflowkit.pods.schema.decoder import Decoder
from airflowkit.pods.schema.versions import parse_version
from airflowkit.pods.spec.keywords import OF_THE_POD
from airflowkit.pods.spec.reading import problems_of, read_pod
from airflowkit.pods.spec.shorthands import expand_shorthands

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.settings import Settings


def for_any_operator(values: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """Return `default_args` that a plain operator understands.

    Args:
        values: The keywords; those that are not a pod's stay as they are.
        settings: What `airflowkit.toml` says of sizes and node pools.

    Raises:
        PodSpecError: One of them cannot be read.
    """
    if not values.keys() & OF_THE_POD:
        return dict(values)
    decoder = Decoder(parse_version(settings.kubernetes.version))
    expanded = expand_shorthands(values, settings, decoder.reject)
    # `secrets` stay as they are: a plain operator takes our classes there.
    builder = read_pod({key: value for key, value in expanded.items() if key != "secrets"}, decoder)
    if problems := problems_of(builder, (), (), values.get("resources")):
        raise PodSpecError(problems, where="default_args")
    return {key: value for key, value in expanded.items() if key != "security"} | builder.keywords
