"""Reads files of connections and users, in the form that `airflow connections import` and `users import` take.

A secret need not stand in the file: `!env NAME`, `!file PATH` and `!prompt QUESTION` say where it comes from.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from airflowkit.deploy.secrets.content.text import Fault, text_of
from airflowkit.deploy.values.reading import yaml_place
from airflowkit.errors import ConnectionsError

if TYPE_CHECKING:
    from collections.abc import Callable

    Ask = Callable[[str], str]
    """Asks a question on the terminal, and returns the hidden answer."""

_LARGEST: Final = 1_000_000
"""Bytes; a Secret can hold 1 MiB."""


def read_document(path: Path, ask: Ask) -> Any:
    """Return what a YAML or JSON file holds, with each `!env`, `!file` and `!prompt` replaced by its value.

    Relative paths of `!file` begin at the file that names them.

    Raises:
        ConnectionsError: It cannot be read, or a value cannot be had. The message quotes nothing of the file.
    """
    import yaml

    loader = _loader(path, ask)
    try:
        return yaml.load(_content(path), loader)  # noqa: S506  a SafeLoader with three tags
    except ConnectionsError:
        raise
    except yaml.YAMLError as error:
        place = yaml_place(error)
    except (ValueError, RecursionError):
        place = ""
    raise ConnectionsError(f"{path} is not valid YAML{place}", hint="Quote texts with ':', '#', '%', '@' or '!'")


def _loader(path: Path, ask: Ask) -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        """Knows where values come from, and takes no key twice."""

    def tagged(read: Callable[[str], str]) -> Callable[[Any, Any], str]:
        def construct(loader: Any, node: Any) -> str:
            place = f"{path}, line {node.start_mark.line + 1}"
            if node.id != "scalar" or not node.value:
                raise ConnectionsError(f"{place}: {node.tag} takes a text")
            try:
                return read(str(loader.construct_scalar(node)))
            except Fault as fault:
                raise ConnectionsError(f"{place}: {node.tag} {node.value} {fault}") from None

        return construct

    def unknown(_loader: Any, node: Any) -> Any:
        place = f"{path}, line {node.start_mark.line + 1}"
        raise ConnectionsError(f"{place}: the tag {node.tag} has no meaning here", hint="It knows !env, !file, !prompt")

    def mapping(loader: Any, node: Any) -> dict[Any, Any]:
        _check_keys(node, path)
        return dict(yaml.SafeLoader.construct_mapping(loader, node, deep=True))

    Loader.add_constructor("!env", tagged(of_environment))
    Loader.add_constructor("!file", tagged(lambda name: file_content(path.parent / Path(name).expanduser())))
    Loader.add_constructor("!prompt", tagged(ask))
    Loader.add_constructor("tag:yaml.org,2002:map", mapping)
    Loader.add_constructor(None, unknown)
    return Loader


def _check_keys(node: Any, path: Path) -> None:
    names = [key.value for key, _value in node.value if key.id == "scalar"]
    if doubled := next((name for name in names if names.count(name) > 1), None):
        raise ConnectionsError(f"{path}, line {node.start_mark.line + 1}: the key {doubled!r} is there twice")


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise ConnectionsError(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > _LARGEST:
        raise ConnectionsError(f"{path} is too large: it has more than {_LARGEST / 1e6:.0f} MB")
    return content


def of_environment(name: str) -> str:
    """Return an environment variable.

    Raises:
        Fault: It is not set, or empty.
    """
    if not (value := os.environ.get(name, "")):
        raise Fault("is not set" if name not in os.environ else "is empty")
    return value


def file_content(path: Path) -> str:
    """Return the text of a file, without the final newline of a single line.

    Raises:
        Fault: It cannot be read, or is not text.
    """
    text = text_of(path)
    return text if text.rstrip("\r\n").count("\n") else text.rstrip("\r\n")
