"""What native rendering makes of a text, as far as that is known when the DAG is parsed."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from airflowkit._airflow import template_filters
from airflowkit.pods.schema.jinja import Rendering, is_runtime_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment

_DATE: Final = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_DATES: Final = ("logical_date", "data_interval_start", "data_interval_end", "execution_date")
_TEXTS: Final = {
    "ds": "2026-01-02",
    "ds_nodash": "20260102",
    "ts": "2026-01-02T03:04:05+00:00",
    "ts_nodash": "20260102T030405",
    "ts_nodash_with_tz": "20260102T030405+0000",
}


def rendered_natively(text: str, rendering: Rendering) -> Any:
    """Return what becomes of a text; the text itself where only the run knows, or where nothing changes.

    What a template uses is known of dates, and of the DAG's `params` by their defaults. Anything else is taken for a
    text that is not a number. Neither macros nor filters of the DAG's own are called.
    """
    environment = _environment()
    try:
        template = environment.from_string(text)
        made = template.render(**_context(rendering) if is_runtime_value(text) else {})
    except Exception:  # noqa: BLE001  another rule reports what is wrong with a template
        return text
    return text if isinstance(made, _unknown()) else made


def _context(rendering: Rendering) -> Mapping[str, Any]:
    params = dict(rendering.params)
    return {**_TEXTS, **dict.fromkeys(_DATES, _DATE), "params": params}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2.nativetypes import NativeEnvironment, native_concat
    from jinja2.sandbox import SandboxedEnvironment

    class Sandbox(SandboxedEnvironment, NativeEnvironment):
        """Calls nothing that could do harm."""

        concat = staticmethod(native_concat)

    environment = Sandbox(undefined=_unknown(), extensions=["jinja2.ext.do"])
    environment.filters.update(template_filters())
    return environment


@lru_cache(maxsize=1)
def _unknown() -> type[Any]:
    """Return the class of what only the run knows: some text, whatever is done with it."""
    from jinja2 import ChainableUndefined

    class Unknown(ChainableUndefined):
        __slots__ = ()

        def __str__(self) -> str:
            return "text"

        def __call__(self, *_arguments: Any, **_keywords: Any) -> Any:
            return self

    return Unknown
