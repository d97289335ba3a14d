"""A kept contract: what was written is read, and what people broke is reported with its line."""

import pytest

from airflowkit.contract.document import Contract, as_json
from airflowkit.contract.kept import from_json, kept_contract
from airflowkit.contract.needs import Kind, Need, Permission, TaskNeeds
from airflowkit.errors import ContractError

CONTRACT = Contract.of(
    [
        TaskNeeds(
            "orders_daily",
            "lädt",
            (Need("etl", Kind.SECRET, "orders-db", "password"), Need("", Kind.NODE, "disk=ssd")),
            (Permission("etl", "", "pods", "get"), Permission("etl", "", "pods", "create")),
            ("its volumes are known only when it runs",),
        ),
        TaskNeeds("sales", "load", (Need("etl", Kind.SECRET, "orders-db", "password", optional=True),)),
        TaskNeeds("sales", "more", (Need("etl", Kind.SECRET, "{{ a }}", "b", at_run_time=True),)),
    ]
)


def test_a_contract_is_read_as_it_was_written():
    text = as_json(CONTRACT)
    assert from_json(text, "contract.json") == CONTRACT
    assert as_json(from_json(text, "contract.json")) == text
    assert '"name": "orders-db", "key": "password", "tasks": ["orders_daily.lädt"]' in text


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text])
def test_windows_may_have_written_it(tmp_path, change):
    path = tmp_path / "contract.json"
    path.write_bytes(change(as_json(CONTRACT)).encode())
    assert kept_contract(path) == CONTRACT


def test_a_name_that_is_no_unicode_is_written_and_read():
    odd = Contract({Need("etl", Kind.SECRET, "\ud800"): ("a.b",)})
    assert from_json(as_json(odd).encode().decode(), "contract.json") == odd


def test_an_empty_contract_is_one():
    assert from_json(as_json(Contract()), "contract.json") == Contract()


@pytest.mark.parametrize(
    ("good", "bad", "line", "reason"),
    [
        ('"version": 1,', '"version": 1', 3, "not valid JSON"),
        ('"version": 1', '"version": 9', 2, "its version is 9, not 1"),
        ('"kind": "Secret"', '"kind": "Sekret"', 5, "there is no kind 'Sekret'. Did you mean 'Secret'?"),
        ('"name": "orders-db", ', "", 5, "it has no name"),
        ('"name": "orders-db"', '"nmae": "orders-db"', 5, "'nmae' is not known here"),
        ('"name": "orders-db"', '"name": 7', 5, "name = 7 is not a text"),
        ('"name": "orders-db"', '"name": "orders-db", "optional": 1', 5, "optional = 1 is not true or false"),
        ('"tasks": ["orders_daily.lädt"]', '"tasks": "x"', 4, "tasks = 'x' is not a list of texts"),
        ('"tasks": ["orders_daily.lädt"]', '"tasks": [1]', 4, "tasks = [1] is not a list of texts"),
        ('"version": 1', '"version": true', 2, "its version is true, not 1"),
        ('"version": 1', '"version": null', 2, "its version is null, not 1"),
        ('"verbs": ["create", "get"]', '"verbs": [1]', 10, "verbs = [1] is not a list of texts"),
        ('"verbs": ["create", "get"]', '"verbs": ["get"], "verb": ["get"]', 10, "'verb' is not known here"),
        ('"group": ""', '"group": null', 10, "group = None is not a text"),
        ('"what": "', '"what": null, "x": "', 13, "what = None is not a text"),
        ('"what": "', '"waht": "', 13, "'waht' is not known here"),
        ('"unknown": [', '"needs": [], "unknown": [', 1, "'needs' is there twice"),
        ('"version": 1', '"version": ' + "[" * 100_000, 1, "not valid JSON"),
        ('"needs": [', '"neds": [', 3, "'neds' is not known here"),
        ('"verbs": ["create", "get"]', '"verbs": "get"', 10, "verbs = 'get' is not a list of texts"),
    ],
)
def test_a_broken_one_is_reported_with_its_line(good, bad, line, reason):
    text = as_json(CONTRACT)
    assert good in text
    with pytest.raises(ContractError) as caught:
        from_json(text.replace(good, bad, 1), "contract.json")
    assert str(caught.value).startswith(f"contract.json:{line}: ")
    assert reason.partition(". ")[0] in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"version": 1, "needs": [7]}', '{"version": 1, "needs": {}}'])
def test_anything_else_is_no_contract(text):
    with pytest.raises(ContractError, match=r"contract\.json:1: "):
        from_json(text, "contract.json")


def test_an_optional_need_is_in_a_contract_that_names_it_as_needed():
    needed, optional = Need("etl", Kind.SECRET, "a"), Need("etl", Kind.SECRET, "a", optional=True)
    assert not Contract({needed: ()}).lacks(optional)
    assert Contract({optional: ()}).lacks(needed)
