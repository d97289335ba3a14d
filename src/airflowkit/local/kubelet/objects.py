"""The Secrets and ConfigMaps of a local run: `airflowkit.local.toml`, beside `airflowkit.toml`, never in git.

[secrets.orders-db]
password = "..."

[config_maps.orders]
"settings.ini" = "..."
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from airflowkit.errors import LocalRunError, did_you_mean
from airflowkit.settings import find_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_NAME: Final = "airflowkit.local.toml"
Kind = Literal["Secret", "ConfigMap"]

_TABLES: Final[Mapping[Kind, str]] = {"Secret": "secrets", "ConfigMap": "config_maps"}
_WORDS: Final[Mapping[Kind, str]] = {"Secret": "secret", "ConfigMap": "configmap"}


class MissingObject(LookupError):  # noqa: N818  as Python's own LookupErrors
    """A Secret, ConfigMap or key that a pod needs and the file does not have."""


@dataclass(frozen=True, slots=True)
class LocalObjects:
    """Where a pod's Secrets and ConfigMaps come from.

    Attributes:
        path: The file; it need not exist.
    """

    path: Path

    @classmethod
    def for_dag(cls, dag_file: Path) -> LocalObjects:
        """Return the objects for a DAG: beside its `airflowkit.toml`, or in the folder above the DAG folder."""
        settings = find_settings(dag_file)
        if settings:
            return cls(settings.parent / FILE_NAME)
        candidates = [folder / FILE_NAME for folder in dag_file.absolute().parents]
        found = next((path for path in candidates if path.is_file()), None)
        return cls(found or Path.cwd() / FILE_NAME)

    def check(self) -> None:
        """Check the whole file before anything runs.

        Raises:
            LocalRunError: It cannot be read, or does not have the tables that it should.
        """
        known = set(_TABLES.values())
        for table, objects in self._read().items():
            if table not in known:
                hint = (
                    did_you_mean(table, known) or f"write [{'] or ['.join(f'{name}.NAME' for name in sorted(known))}]"
                )
                raise LocalRunError(f"{self.path}: no table {table!r} is known", hint=hint)
            if not isinstance(objects, dict):
                raise LocalRunError(f"{self.path}: {table} is not a table", hint=f"write [{table}.NAME]")
            for name, data in objects.items():
                self._check_object(f"{table}.{name}", data)

    def _check_object(self, place: str, data: object) -> None:
        if not isinstance(data, dict):
            raise LocalRunError(f"{self.path}: {place} is not a table", hint=f"write [{place}], and below it KEY = ...")
        for key, value in data.items():
            if isinstance(value, (dict, list)):
                raise LocalRunError(f"{self.path}: {place}.{key} is not a text", hint=f'write {key} = "..."')

    def data(self, kind: Kind, name: str) -> Mapping[str, str]:
        """Return an object's keys and values, read again each time: it may be added while a pod waits for it.

        Raises:
            MissingObject: It is missing; the message is Kubernetes' own, with a hint.
            LocalRunError: The file cannot be read.
        """
        table = self._read().get(_TABLES[kind], {})
        if name not in table:
            hint = f"add [{_TABLES[kind]}.{name}] to {self.path}"
            raise MissingObject(f'{_WORDS[kind]} "{name}" not found ({hint})')
        return {key: _text(value) for key, value in table[name].items()}

    def value(self, kind: Kind, name: str, key: str, namespace: str) -> str:
        """Return the value of one key.

        Raises:
            MissingObject: It is missing; the message is Kubernetes' own, with a hint.
        """
        data = self.data(kind, name)
        if key not in data:
            hint = f"add the key {key} below [{_TABLES[kind]}.{name}] in {self.path}"
            raise MissingObject(f"couldn't find key {key} in {kind} {namespace}/{name} ({hint})")
        return data[key]

    def _read(self) -> dict[str, dict[str, dict[str, object]]]:
        try:
            return tomllib.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except tomllib.TOMLDecodeError as error:
            what, _, place = str(error).partition(" (at ")
            line = re.search(r"line (\d+)", place)
            raise LocalRunError(f"{self.path}:{line[1]}: {what}" if line else f"{self.path}: {error}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise LocalRunError(f"{self.path}: {error}") from error


def _text(value: object) -> str:
    """Return a value as TOML writes it: a Secret has texts only."""
    return str(value).lower() if isinstance(value, bool) else str(value)
