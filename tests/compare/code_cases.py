"""Changes of what functions use and are made of, each with what must be said about it."""

from __future__ import annotations

from typing import Final

from compare.cases import Case, changed, of_bodies

_CALLS: Final = """
PythonOperator(task_id="work", python_callable=work)"""
_CLASS: Final = """class A:
    def __init__(self, n=1):
        self.n = n
    {}
{}
def work():
    return A().x, OWN"""
_DATA: Final = """from dataclasses import dataclass, field
@dataclass
class A:
    {}: list = field(default_factory=lambda: [{}])
def work():
    return A()"""
_FUNCTION: Final = """from functools import *
{}
def helper(x={}):
    return {}
def work():
    return helper(1)"""


def _of(name: str, text: str, *said: str, values: tuple[tuple[str, ...], tuple[str, ...]] = (("1",), ("2",))) -> Case:
    before, after = (text.format(*them) + _CALLS for them in values)
    return of_bodies(name, before, after, *(changed("code", "work", field, "*", "*") for field in said))


def _in_class(name: str, line: str, *said: str) -> Case:
    return _of(name, _CLASS.format(line, "OWN = 1"), *said)


def _used(name: str, line: str, *said: str) -> Case:
    return _of(name, _CLASS.format("x = 1", line), *said)


CODE: Final = (
    _in_class("attribute_of_class", "x = {}", "A"),
    _in_class("time_in_class", "x = datetime(2026, 1, {})", "A"),
    _in_class("property_of_class", "x = property(lambda self: {})", "A.<lambda>"),
    _in_class("setter_of_class", "x = property(None, lambda self, value: {})", "A.<lambda>"),
    _in_class(
        "cached_property_of_class",
        "from functools import cached_property\n    @cached_property\n    def x(self):\n        return {}",
        "A.x",
    ),
    _in_class("class_in_class", "class X:\n        def run(self):\n            return {}", "A.X.run"),
    _in_class("functions_in_class", "x = [lambda self: {}]", "A.<lambda>"),
    _used("object_in_use", "OWN = A({})", "work"),
    _used("objects_in_use", "OWN = {{'a': [A({})]}}", "work"),
    _used("time_in_use", "OWN = timedelta({})", "work"),
    _used("pattern_in_use", "import re\nOWN = re.compile('{}')", "work"),
    _used("partial_in_use", "from functools import partial\nOWN = partial(print, {})", "work"),
    _used("names_of_functions_in_use", "OWN = {{'{}': print}}", "work"),
    _used("set_of_objects_in_use", "OWN = {{A(n) for n in 'abcdefgh'}} # {}"),
    _of("default_of_field", _DATA, "A.<lambda>", values=(("a", "1"), ("a", "2"))),
    _of("name_of_field", _DATA, "A", values=(("a", "1"), ("b", "1"))),
    _of("cached_function", _FUNCTION, "helper", values=(("@lru_cache", "1", "x"), ("@lru_cache", "1", "x + 1"))),
    _of("default_of_cached_function", _FUNCTION, "helper", values=(("@cache", "1", "x"), ("@cache", "2", "x"))),
    _of("size_of_cache", _FUNCTION, values=(("@lru_cache(1)", "1", "x"), ("@lru_cache(2)", "1", "x"))),
    _of(
        "member_of_enum",
        "from enum import Enum\nclass A(Enum):\n    X = {}\n    def run(self): pass\ndef work():\n    return A.X.run()",
        "A",
    ),
)
