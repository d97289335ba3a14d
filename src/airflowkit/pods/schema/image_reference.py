"""The grammar of image references, which container runtimes share (github.com/distribution/reference).

The API server takes any text for an image; what does not follow the grammar ends in `InvalidImageName` on the node.

    reference  = [registry "/"] repository [":" tag] ["@" digest]
    registry   = (host | "[" IPv6 address "]") [":" port]
    repository = component *("/" component)
    digest     = algorithm ":" hexadecimal digits
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, NamedTuple

_HOST: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]+\])(?::(?P<port>[0-9]+))?",
    re.IGNORECASE | re.ASCII,
)
_COMPONENT: Final = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*", re.ASCII)
_TAG: Final = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_HEX: Final = re.compile(r"[0-9a-f]+", re.ASCII)
_HEX_DIGITS: Final = {"sha256": 64, "sha384": 96, "sha512": 128}
_LONGEST_NAME: Final = 255
_LONGEST_TAG: Final = 128
_LARGEST_PORT: Final = 65535
PUBLIC_REGISTRIES: Final = frozenset(
    {"docker.io", "gcr.io", "ghcr.io", "mcr.microsoft.com", "public.ecr.aws", "quay.io", "registry.k8s.io", "localhost"}
)
"""Registries from which anybody can pull."""


@dataclass(frozen=True, slots=True)
class ImageReference:
    """A valid image reference.

    Attributes:
        registry: Such as `registry.example.com:5000`; empty for the runtime's default, Docker Hub.
        repository: Such as `team/orders`.
        tag: Such as `1.4.2`; empty where there is none.
        digest: Such as `sha256:…`; empty where there is none.

    Examples:
        >>> parse_image("registry.example.com/orders:1.4.2")
        ImageReference(registry='registry.example.com', repository='orders', tag='1.4.2', digest='')
    """

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def name(self) -> str:
        """The reference without tag and digest."""
        return f"{self.registry}/{self.repository}" if self.registry else self.repository

    def __str__(self) -> str:
        tag, digest = self.tag and f":{self.tag}", self.digest and f"@{self.digest}"
        return f"{self.name}{tag}{digest}"


class InvalidImage(NamedTuple):
    """Why a text is not an image reference.

    Attributes:
        reason: What is wrong with it.
        hint: What to write instead.
    """

    reason: str
    hint: str = ""


@lru_cache(maxsize=1024)
def parse_image(text: str) -> ImageReference | InvalidImage:
    """Return the parts of an image reference, or why it is not one.

    The first component is a registry as docker decides it: where it holds a dot or a port, or is `localhost`.
    """
    if text != text.strip():
        return InvalidImage("must not begin or end with a space", f"write {text.strip()!r}")
    if any(character.isspace() for character in text):
        return InvalidImage("must not contain spaces")
    if "://" in text:
        return InvalidImage("must not be a URL", f"write {text.partition('://')[2]!r}")
    rest, at, digest = text.partition("@")
    name, colon, tag = _split_tag(rest)
    registry, repository = _split_registry(name)
    image = ImageReference(registry, repository, tag, digest)
    return (
        _name_fault(image) or (_tag_fault(tag) if colon else None) or (_digest_fault(digest) if at else None) or image
    )


def _split_tag(text: str) -> tuple[str, str, str]:
    """Split at the first colon behind the registry: the registry's own colon has a slash behind it."""
    folder, slash, last = text.rpartition("/")
    name, colon, tag = last.partition(":")
    return f"{folder}{slash}{name}", colon, tag


def _split_registry(name: str) -> tuple[str, str]:
    first, slash, rest = name.partition("/")
    is_registry = slash and ("." in first or ":" in first or first == "localhost")
    return (first, rest) if is_registry else ("", name)


def _name_fault(image: ImageReference) -> InvalidImage | None:
    if len(image.name) > _LONGEST_NAME:
        return InvalidImage(f"has a name longer than {_LONGEST_NAME} characters")
    if not image.repository:
        return InvalidImage("has no name", "write 'name:tag'")
    if len(str(image)) == _HEX_DIGITS["sha256"] and _HEX.fullmatch(str(image)):
        return InvalidImage("is an image's id, which no registry knows", "write its name, or 'name@sha256:…'")
    faults = (_component_fault(image, component) for component in image.repository.split("/"))
    return _registry_fault(image.registry) or next(filter(None, faults), None)


def _registry_fault(registry: str) -> InvalidImage | None:
    host = _HOST.fullmatch(registry)
    if registry and not host:
        return InvalidImage(f"has a registry {registry!r} that is not a host name with an optional port")
    if host and host["port"] and int(host["port"]) > _LARGEST_PORT:
        return InvalidImage(f"has a registry with port {host['port']}; the largest is {_LARGEST_PORT}")
    return None


def _component_fault(image: ImageReference, component: str) -> InvalidImage | None:
    if _COMPONENT.fullmatch(component):
        return None
    if not component:
        return InvalidImage("has an empty part between slashes")
    if component != component.lower():
        return InvalidImage(
            "must have its name in lower case", f"write {str(replace(image, repository=image.repository.lower()))!r}"
        )
    form = "lower-case letters and digits, separated by '.', '_', '__' or '-'"
    return InvalidImage(f"has a part {component!r} in its name: it must be {form}")


def _tag_fault(tag: str) -> InvalidImage | None:
    if not tag:
        return InvalidImage("has an empty tag", "name a version after the colon, or leave the colon out")
    if len(tag) > _LONGEST_TAG:
        return InvalidImage(f"has a tag longer than {_LONGEST_TAG} characters")
    if ":" in tag:
        return InvalidImage(f"has more than one tag: {tag!r}", "give only one")
    if not _TAG.fullmatch(tag):
        return InvalidImage(
            f"has a tag {tag!r}: it must be letters, digits, '_', '.' and '-', and start with none of the last two"
        )
    return None


def _digest_fault(digest: str) -> InvalidImage | None:
    algorithm, _, digits = digest.partition(":")
    length = _HEX_DIGITS.get(algorithm)
    if length is None:
        return InvalidImage(f"has a digest {digest!r} of no known algorithm", f"there are {', '.join(_HEX_DIGITS)}")
    if len(digits) != length or not _HEX.fullmatch(digits):
        return InvalidImage(f"has a digest that is not {length} lower-case hexadecimal digits")
    return None
