"""A pod while its arguments are read: the manifest, the operator's keywords, and which argument set what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from airflowkit.pods.schema.faults import MISSING, Fault, Key, Path, split
from airflowkit.pods.schema.jinja import is_runtime_value
from airflowkit.pods.schema.models import is_model, to_model
from airflowkit.pods.spec.keywords import PLACES

if TYPE_CHECKING:
    from airflowkit.errors import Problem
    from airflowkit.pods.schema.decoder import Decoder

BASE: Final = ("spec", "containers", 0)
_SECTIONS: Final[Mapping[str, tuple[str | int, ...]]] = {
    "metadata": ("metadata",),
    "spec": ("spec",),
    "container": BASE,
    "sidecar": ("sidecar",),
}
_ARGUMENTS: Final = {(*_SECTIONS[place.section], place.key): keyword for keyword, place in PLACES.items()}
NOT_TEMPLATED: Final = "Airflow does not render templates here"


@dataclass(frozen=True, slots=True)
class Origin:
    """The argument that a part of the manifest came from.

    Attributes:
        path: The argument, such as `secrets[1]`.
        names: Which attribute of the argument's class each field came from; None where they are Kubernetes' own.
    """

    path: Path
    names: Mapping[str, str] | None = None


@dataclass(slots=True)
class PodBuilder:
    """A pod while its arguments are read.

    Attributes:
        decoder: Reads the values, and holds the faults in them.
        metadata: The manifest's metadata.
        spec: The pod's spec, without its base container.
        container: The base container.
        sidecar: The container that hands on the task's result.
        keywords: What the operator gets.
        origins: The argument behind each part of the manifest.
        template: The argument behind all other parts.
    """

    decoder: Decoder
    metadata: dict[str, Any] = field(default_factory=dict)
    spec: dict[str, Any] = field(default_factory=dict)
    container: dict[str, Any] = field(default_factory=dict)
    sidecar: dict[str, Any] = field(default_factory=dict)
    keywords: dict[str, Any] = field(default_factory=dict)
    origins: dict[tuple[str | int, ...], Origin] = field(default_factory=dict)
    template: str = ""

    def manifest(self) -> dict[str, Any]:
        """Return the pod as the API would get it, templates and all."""
        spec = {"restartPolicy": "Never"} | self.spec | {"containers": [{"name": "base"} | self.container]}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": self.metadata, "spec": spec}

    def set(self, keyword: str, value: Any) -> None:
        """Read a keyword that sets one field; None is passed on to the operator."""
        if value is None:
            self.keywords[keyword] = None
            return
        place = PLACES[keyword]
        content = self.decoder.read(self._in_a_list(keyword, value), place.kind, keyword, many=place.many)
        if content is MISSING:
            return
        getattr(self, place.section)[place.key] = pod_name(content) if keyword == "name" else content
        plain = not place.kind.startswith("V1")
        self.keywords[keyword] = content if plain else to_model(content, place.kind, many=place.many)

    def _in_a_list(self, keyword: str, value: Any) -> Any:
        """Return one object alone as a list of one, and pull secrets' names as Kubernetes has them."""
        place = PLACES[keyword]
        if not place.many or place.kind == "str" or is_runtime_value(value):
            return value
        if keyword == "image_pull_secrets" and isinstance(value, str):
            value = value.split(",")
        elif not self.decoder.coerce:
            return value
        elif isinstance(value, Mapping) or is_model(value):
            value = [value]
        if keyword == "image_pull_secrets" and isinstance(value, (list, tuple)):
            return [self._pull_secret(item) for item in value]
        return value

    def _pull_secret(self, item: Any) -> Any:
        if not isinstance(item, str):
            return item
        return {"name": item.strip() if self.decoder.coerce else item}

    def pass_on(self, keyword: str, value: Any) -> None:
        """Hand a value to the operator as it is: None, or what is known only when the task runs."""
        self.keywords[keyword] = value
        if value is not None:
            self.decoder.runtime_values.append((keyword, value))

    def decode_part(
        self, part: str, model: str, value: Any, origin: Origin, templated: frozenset[str] | None
    ) -> dict[str, Any] | None:
        """Read and add a variable, a source of variables, a volume or a mount; None where it cannot be read.

        Args:
            part: The list in the manifest.
            model: What its elements are.
            value: The element.
            origin: The argument.
            templated: The fields in which Airflow fills in templates; None for all.
        """
        decoder = self.decoder
        before, known = len(decoder.faults), len(decoder.runtime_values)
        content = decoder.read(value, model, origin.path)
        if found := decoder.runtime_values[known:]:
            decoder.faults += _not_rendered(found, origin, templated)
            decoder.runtime_values[known:] = [(_renamed(path, origin), inner) for path, inner in found]
        if faults := decoder.faults[before:]:
            decoder.faults[before:] = [fault._replace(path=_renamed(fault.path, origin)) for fault in faults]
        if not isinstance(content, dict):
            return None
        self.add(part, content, origin)
        return content

    def add(self, part: str, content: dict[str, Any], origin: Origin) -> None:
        """Add a variable, a source of variables, a volume or a mount."""
        holder, section = (self.spec, ("spec",)) if part == "volumes" else (self.container, BASE)
        contents = holder.setdefault(part, [])
        self.origins[*section, part, len(contents)] = origin
        contents.append(content)

    def move(self, offsets: Mapping[tuple[str | int, ...], int]) -> None:
        """Shift the origins: a template's elements now precede those of the arguments.

        Args:
            offsets: How many, by the place of the list.
        """
        moved = {}
        for place, origin in self.origins.items():
            offset = offsets.get(place[:-1], 0)
            moved[(*place[:-1], place[-1] + offset) if isinstance(place[-1], int) else place] = origin
        self.origins = moved

    def problems(self) -> Iterator[Problem]:
        """Return what could not be read."""
        for fault in self.decoder.faults:
            yield fault.as_problem([_snake_case(segment) for segment in split(fault.path)])

    def problem(self, fault: Fault) -> Problem:
        """Return a fault in the manifest as a problem of the argument that caused it."""
        segments = split(fault.path)
        for length in range(len(segments), 0, -1):
            place = tuple(segments[:length])
            origin = self.origins.get(place) or (Origin(_ARGUMENTS[place]) if place in _ARGUMENTS else None)
            if origin:
                return fault.as_problem(_argument(origin, segments[length:]))
        return fault.as_problem(_argument(Origin(self.template), segments))


def pod_name(name: Any) -> Any:
    """Return a pod's name as the operator settles it when it runs; the ends are lost to the random suffix."""
    return name if is_runtime_value(name) else re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-") or "-"


def _not_rendered(
    runtime_values: Iterable[tuple[Path, Any]], origin: Origin, templated: frozenset[str] | None
) -> Iterator[Fault]:
    """Return the templates in those fields of Kubernetes' objects that Airflow leaves alone."""
    depth = len(split(origin.path))
    for path, value in runtime_values:
        if templated is not None and ".".join(map(str, split(path)[depth:])) not in templated:
            yield Fault(path, value, NOT_TEMPLATED, "write the value itself")


def _renamed(path: Path, origin: Origin) -> Path:
    """Return a place within a value class's part as the attribute that it came from."""
    if origin.names is None:
        return path
    place: Path = ""
    for segment in _argument(origin, split(path)[len(split(origin.path)) :]):
        place = (place, segment)
    return place


def _argument(origin: Origin, rest: list[str | int]) -> list[str | int]:
    """Return the place of an argument, and within it."""
    before = split(origin.path)
    if origin.names is None:
        return before + [_snake_case(segment) for segment in rest]
    for start in range(len(rest)):
        for end in range(len(rest), start, -1):
            name = origin.names.get(".".join(str(segment) for segment in rest[start:end]))
            if name is not None:
                return before + ([name] if name else [])
    return before


def _snake_case(segment: str | int) -> str | int:
    if isinstance(segment, Key) or not isinstance(segment, str):
        return segment
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", segment).lower()
