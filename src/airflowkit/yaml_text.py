"""YAML that people wrote: whatever is wrong with it is a `yaml.YAMLError`.

PyYAML raises that for a syntax error. A date such as `2026-13-45`, `!!int ""` or a thousand brackets raise anything
else, and more brackets end the process: libyaml's binding composes them by recursion in C.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEEPEST: Final = 1_000
"""Levels; nothing that Helm or Kubernetes reads comes near it."""
_OPENING: Final = "[{-?"
"""What may open a level within a line. Indentation alone takes a megabyte for a thousand levels."""


def document(text: str) -> Any:
    """Return what a text of one YAML document says.

    Raises:
        yaml.YAMLError: It is anything else.
    """
    import yaml

    with _as_yaml_errors():
        return yaml.load(_checked(text), _loader())  # noqa: S506  a SafeLoader


def documents(text: str) -> list[tuple[int, Any]]:
    """Return what the YAML documents of a text say, each with its first line.

    Raises:
        yaml.YAMLError: It is anything else.
    """
    found = []
    with _as_yaml_errors():
        loader = _loader()(_checked(text))
        while loader.check_node():
            node = loader.get_node()
            found.append((node.start_mark.line + 1, loader.construct_document(node)))
    return found


def composed(text: str) -> Any:
    """Return the node of a text of one YAML document; None if it is empty.

    Raises:
        yaml.YAMLError: It is anything else.
    """
    import yaml

    with _as_yaml_errors():
        return yaml.compose(_checked(text), _loader())


@contextmanager
def _as_yaml_errors() -> Iterator[None]:
    import yaml

    try:
        yield
    except yaml.YAMLError:
        raise
    except Exception as error:  # noqa: BLE001  it may quote a value, as PyYAML's own text does
        raise yaml.YAMLError(f"not valid YAML: {error}") from None


def _checked(text: str) -> str:
    """Return a text whose levels can be composed."""
    import yaml

    if sum(map(text.count, _OPENING)) < _DEEPEST:
        return text
    depth = 0
    for event in yaml.parse(text, _loader()):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise yaml.YAMLError(f"it is more than {_DEEPEST} levels deep")
    return text


def _loader() -> Any:
    import yaml

    return yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
