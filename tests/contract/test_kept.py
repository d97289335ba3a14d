"""A kept contract: what was written is read, and what people broke is reported with its line."""

import pytest

from airflowkit.contract.document import Contract, as_json
from airflowkit.contract.kept import from_json
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
        ('"name": "orders-db"', '"name": 7', 5, "name = 7 is not a str"),
        ('"needs": [', '"neds": [', 3, "'neds' is not known here"),
        ('"verbs": ["create", "get"]', '"verbs": "get"', 10, "it needs namespace, group, resource"),
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
