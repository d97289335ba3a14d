"""Images that a Dockerfile of the repository builds: a process does not use them, but it gets the files they copy.

The Dockerfile says by its label which image it builds:

    LABEL org.opencontainers.image.ref.name="registry.example.com/orders_report"
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from airflowkit.local.runtimes.protocol import Mount
from airflowkit.pods.schema.image_reference import ImageReference, parse_image
from airflowkit.processor.mentions import texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_LABEL: Final = re.compile(
    r"""^\s*LABEL\s.*?\borg\.opencontainers\.image\.ref\.name=["']?([^"'\s]+)""", re.MULTILINE | re.IGNORECASE
)
_COPY: Final = re.compile(r"^\s*COPY\s+(?P<words>[^\n]+)$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class OwnImages:
    """The images that Dockerfiles of a repository build.

    Attributes:
        root: The repository.
    """

    root: Path

    def mounts(self, image: str) -> tuple[Mount, ...]:
        """Return the files of an image that come from the repository, at their places; none of a foreign image."""
        reference = parse_image(image)
        return self._mounts.get(reference.name, ()) if isinstance(reference, ImageReference) else ()

    @cached_property
    def _mounts(self) -> Mapping[str, tuple[Mount, ...]]:
        found = {}
        for file, text in texts(self.root, without=self.root):
            label = _LABEL.search(text) if "dockerfile" in file.name.lower() else None
            if label:
                found[label[1]] = tuple(_copied(text, file.parent))
        return found


def _copied(text: str, context: Path) -> Iterator[Mount]:
    """Yield what a Dockerfile copies from its folder to an absolute path; wildcards and other stages are left out."""
    for match in _COPY.finditer(text):
        words = [word for word in match["words"].split() if not word.startswith(("--chown", "--chmod", "--link"))]
        if len(words) < 2 or words[0].startswith("--") or not words[-1].startswith("/"):  # noqa: PLR2004  a source and its target
            continue
        *sources, target = words
        for source in sources:
            path = (context / source.lstrip("/")).resolve()
            into_folder = path.is_file() and (target.endswith("/") or len(sources) > 1)
            if path.exists() and path.is_relative_to(context.resolve()):
                yield Mount(path, f"{target.rstrip('/')}/{path.name}" if into_folder else target, read_only=True)
