"""Stand-ins behave as values of any type, and what is made from one can be recognized."""

import copy
import json
import pickle
import random
from contextlib import nullcontext, suppress
from datetime import timedelta

import pytest

from airflowkit.errors import PodSpecError
from airflowkit.pods.spec.checked_pod import checked_pod
from airflowkit.pods.spec.keywords import KEYWORDS
from airflowkit.settings import load_settings
from airflowkit.stand_ins.connection import StandInConnection
from airflowkit.stand_ins.marks import ODD_DAY, SOURCES, Origin, Source, is_stand_in
from airflowkit.stand_ins.values import (
    ReadableStandIn,
    StandIn,
    StandInList,
    StandInMapping,
    StandInNumber,
    number_from,
)

ORIGIN = Origin(Source("Variable", "orders"))
ALL = {
    "text": StandIn(ORIGIN, ORIGIN.mark),
    "number": StandInNumber(ORIGIN),
    "list": StandInList(ORIGIN),
    "mapping": StandInMapping(ORIGIN),
    "date": ReadableStandIn(ORIGIN, ODD_DAY),
}


@pytest.fixture(autouse=True)
def _in_use():
    before = set(SOURCES)
    SOURCES.add(ORIGIN.source)
    yield
    SOURCES.clear()
    SOURCES.update(before)


@pytest.mark.parametrize("value", ALL.values(), ids=ALL)
def test_it_is_copied_pickled_and_written_as_json(value):
    assert is_stand_in(pickle.loads(pickle.dumps(value)))
    assert is_stand_in(copy.copy(value))
    assert is_stand_in(copy.deepcopy(value))
    assert json.dumps(value)


def test_a_connection_is_copied_and_pickled():
    connection = StandInConnection(Origin(Source("Connection", "warehouse")))
    for other in (copy.deepcopy(connection), pickle.loads(pickle.dumps(connection))):
        assert is_stand_in(other.host)
        assert str(other.host) == str(connection.host)
        assert other.port + 1 == 2
        assert is_stand_in(other.extra_dejson["region"])
        assert is_stand_in(f"{other.login}:{other.password}")


OF_TEXT = (
    lambda text, other: text + "-" + other,
    lambda text, other: other + text,
    lambda text, other: f"{other}{text}",
    lambda text, other: f"{text!s:>40}",
    lambda text, other: f"{other} {text} {other}",
    lambda text, other: text.replace("-", "_"),
    lambda text, other: text.upper(),
    lambda text, other: text.title(),
    lambda text, other: text.strip().lower(),
    lambda text, other: "%s/%s" % (other, text),  # noqa: UP031
    "{}{}".format,
    lambda text, other: text.removesuffix(other),
    lambda text, other: f"{text!r}{other}",
)


def test_a_text_made_from_one_is_recognized_whatever_is_done_to_it():
    chance = random.Random(12)
    for _ in range(500):
        text = ALL["text"]
        for step in chance.choices(OF_TEXT, k=chance.randint(1, 5)):
            text = step(text, chance.choice(["a", "b-c", "x_y"]))
            assert is_stand_in(text)


OF_NUMBER = (
    lambda number, other: number + other,
    lambda number, other: other + number,
    lambda number, other: number - other,
    lambda number, other: other - number,
    lambda number, other: number * other,
    lambda number, other: other * number,
    lambda number, other: -number,
    lambda number, other: abs(number),
    lambda number, other: number // other,
    lambda number, other: number % other,
    lambda number, other: number_from(int, number),
    lambda number, other: number_from(float, number),
    lambda number, other: number_from(int, str(number)),
    lambda number, other: max(number, number),
)


@pytest.mark.parametrize("start", ["text", "number"])
def test_a_number_and_a_duration_made_from_one_are_recognized_whatever_is_calculated(start):
    chance = random.Random(12)
    for _ in range(500):
        number = number_from(int, ALL[start])
        for step in chance.choices(OF_NUMBER, k=chance.randint(1, 5)):
            number = step(number, chance.randint(2, 9))
            assert is_stand_in(number)
        assert is_stand_in(timedelta(minutes=number))
        assert is_stand_in(f"{number:>3}")
        assert range(min(abs(number), 9)) is not None


@pytest.mark.parametrize(
    "use",
    [
        lambda it: [is_stand_in(element["name"]) for element in it],
        lambda it: [is_stand_in(key) for key, _value in it.items()],
        lambda it: [is_stand_in(it["a"]["b"][0].get("c"))],
        lambda it: [is_stand_in(part) for part in it.split(",")],
        lambda it: [is_stand_in(part) for part in [*it, *it.values(), *it.keys()]],
        lambda it: [is_stand_in(element) for element in sorted(it)],
        lambda it: [is_stand_in(element) for element in ["x", *it, "y"] if element not in ("x", "y")],
        lambda it: [is_stand_in(it + 1), is_stand_in(it * 60), it / 2 == 0.5, it > 0, it <= 1],
        lambda it: ["anything" in it, bool(it), {**it, "a": 1}["a"] == 1, dict(a=1, **it) == {"a": 1}],
        lambda it: [is_stand_in(timedelta(minutes=it * 2)), range(it) == range(1), [7, 8][it] == 8],
        lambda it: [it == copy.copy(it), it in {it: 1}],
    ],
)
def test_a_text_can_be_used_as_what_it_may_be(use):
    assert all(use(ALL["text"]))


def test_it_has_as_many_elements_as_it_is_unpacked_into():
    first, second, third = ALL["text"]
    host, port = ALL["text"].split(":")
    left, right = ALL["list"]
    assert len({first, second, third, host, port, left, right}) == 3


def test_parts_differ_and_are_the_same_in_each_process():
    assert ALL["text"]["a"] != ALL["text"]["b"]
    assert Origin(Source("Variable", "orders"), ("a",)).mark == "akstandindfe23e22"


@pytest.mark.parametrize("coerce", [True, False])
@pytest.mark.parametrize("keyword", KEYWORDS)
def test_no_keyword_of_a_pod_is_judged_by_one(keyword, coerce, tmp_path):
    settings = load_settings(tmp_path)
    formatted = f"a-{ALL['text']}"
    for value in (*ALL.values(), formatted, [ALL["text"]], {"a": ALL["text"]}, {ALL["text"]: "a"}, [ALL["mapping"]]):
        # what is wrong with a list or a dictionary itself is the file's own fault
        accepted = (
            suppress(PodSpecError) if isinstance(value, (list, dict)) and not is_stand_in(value) else nullcontext()
        )
        with accepted:
            checked_pod({"image": "orders:1", "name": "a", keyword: value}, {}, settings, coerce=coerce)
