"""Values from files: `NAME/KEY=PATH`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit.deploy.secrets.confidential import Confidential
from airflowkit.deploy.secrets.content.kinds import ANYTHING, Kind
from airflowkit.deploy.secrets.content.text import Fault, readable
from airflowkit.errors import SecretsError, did_you_mean
from airflowkit.pods.schema.names import config_key_fault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflowkit.deploy.secrets.gathering import Place, Stock
    from airflowkit.deploy.secrets.references import Need

_LARGEST: Final = 1_000_000
"""Bytes; a Secret can hold 1 MiB (https://kubernetes.io/docs/concepts/configuration/secret)."""
_FORM: Final = "Write --from-file NAME/KEY=PATH, for example airflow-git-ssh/gitSshKey=deploy_key"


def read_files(arguments: Iterable[str], needs: Iterable[Need]) -> Stock:
    """Return the values that files hold, each checked by what its key must contain.

    Raises:
        SecretsError: A file cannot be read or holds something else, or nothing needs the key.
    """
    by_name = {need.secret: need for need in needs}
    found: Stock = {}
    for argument in arguments:
        place, path = _parsed(argument)
        if place in found:
            raise SecretsError(f"--from-file names {'/'.join(place)} twice")
        kind = _kind(place, by_name)
        found[place] = checked(place, kind, _content(place, path))
    return found


def checked(place: Place, kind: Kind, content: bytes) -> Confidential:
    """Return a value as it is stored.

    Raises:
        SecretsError: It is not what its key must contain; says why, without a part of it.
    """
    try:
        if kind.binary or (kind is ANYTHING and _has_lines(content)):
            return Confidential(content)
        return Confidential.of_text(kind.check(readable(content)))
    except Fault as fault:
        reason = str(fault)
    raise SecretsError(f"the value of {'/'.join(place)} {reason}", hint=f"It is {kind.what}: {kind.form}")


def _has_lines(content: bytes) -> bool:
    """Return whether a content is more than one line of text: then it is kept to the byte."""
    return b"\n" in content.rstrip(b"\r\n") or b"\0" in content


def _parsed(argument: str) -> tuple[Place, str]:
    place, equals, path = argument.partition("=")
    secret, slash, key = place.partition("/")
    if not (secret and slash and key and equals and path):
        # Not quoted: somebody may have written the value itself where a path belongs.
        raise SecretsError("--from-file is not NAME/KEY=PATH", hint=_FORM)
    return (secret, key), path


def _kind(place: Place, needs: dict[str, Need]) -> Kind:
    secret, key = place
    if secret not in needs:
        raise SecretsError(f"--from-file: no value names a Secret {secret!r}", hint=did_you_mean(secret, needs))
    keys = needs[secret].keys
    if not keys:
        if fault := config_key_fault(key):
            raise SecretsError(f"--from-file: {key!r} is not a key of a Secret: it {fault}")
        return ANYTHING
    if key not in keys:
        raise SecretsError(
            f"--from-file: the values ask for no key {key!r} of {secret}", hint=f"They ask for {', '.join(keys)}"
        )
    return keys[key]


def _content(place: Place, path: str) -> bytes:
    """Read a file; `-` is standard input, and a pipe, such as a shell's `<(…)`, will do."""
    what = "/".join(place)
    try:
        if path == "-":
            content = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with Path(path).expanduser().open("rb") as file:
                content = file.read(_LARGEST + 1)
    except OSError as error:
        raise SecretsError(f"the file for {what} cannot be read: {error.strerror}", hint=_FORM) from None
    if len(content) > _LARGEST:
        raise SecretsError(f"the file for {what} is larger than a Secret can be")
    return content
