import pytest


@pytest.fixture
def order():
    return {"id": 1}


def test_an_order_has_an_id(order):
    assert order["id"]
