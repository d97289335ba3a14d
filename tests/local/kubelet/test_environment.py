from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflowkit.local.kubelet.environment import environment, expand, expand_all
from airflowkit.local.kubelet.objects import LocalObjects, MissingObject
from airflowkit.redaction import mask_shapes

NAMES = st.text("AB_$( ", max_size=3)


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$(A)", "1"),
        ("$(A)$(B)", "12"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$1"),
        ("$(NOTHING)", "$(NOTHING)"),
        ("$(A", "$(A"),
        ("$A $ $", "$A $ $"),
        ("$()", "$()"),
    ],
)
def test_references_are_expanded_as_kubernetes_does(text, expanded):
    assert expand(text, {"A": "1", "B": "2"}) == expanded


def by_kubernetes(text, variables):
    """Kubernetes' own algorithm (third_party/forked/golang/expansion), letter by letter."""
    result, position = "", 0
    while position < len(text):
        if text[position] != "$" or position + 1 == len(text):
            result, position = result + text[position], position + 1
        elif text[position + 1] == "$":
            result, position = result + "$", position + 2
        elif text[position + 1] == "(" and ")" in text[position:]:
            end = text.index(")", position)
            name = text[position + 2 : end]
            result, position = result + variables.get(name, f"$({name})"), end + 1
        else:
            result, position = result + text[position : position + 2], position + 2
    return result


@given(st.text("AB$() ", max_size=20), st.dictionaries(NAMES, st.text("xy$(A)", max_size=4)))
def test_expansion_agrees_with_kubernetes_on_any_text(text, variables):
    assert expand(text, variables) == by_kubernetes(text, variables)


@given(st.text("AB() ", max_size=20))
def test_a_text_without_a_dollar_stays(text):
    assert expand_all([text], {"A": "1"}) == (text,)


@pytest.fixture
def objects(tmp_path):
    file = tmp_path / "airflowkit.local.toml"
    file.write_text('[secrets.db]\npassword = "s3cret"\nPORT = 5432\n')
    return LocalObjects(file)


POD = {"metadata": {"name": "p", "namespace": "ns", "uid": "u", "labels": {"team": "data"}}, "spec": {}}


def made(objects, *env, env_from=()):
    return environment({"env": list(env), "envFrom": list(env_from)}, POD, objects)


def from_secret(key, **more):
    return {"name": "X", "valueFrom": {"secretKeyRef": {"name": "db", "key": key, **more}}}


def test_env_wins_over_env_from_and_sees_it(objects):
    source = {"prefix": "DB_", "secretRef": {"name": "db"}}
    variables = made(objects, {"name": "DB_PORT", "value": "$(DB_PORT)0"}, env_from=[source])
    assert variables == {"DB_password": "s3cret", "DB_PORT": "54320"}


def test_an_optional_key_is_left_out(objects):
    assert made(objects, from_secret("nothing", optional=True)) == {}
    assert made(objects, env_from=[{"secretRef": {"name": "none", "optional": True}}]) == {}


def test_a_missing_key_names_file_table_and_key(objects):
    with pytest.raises(MissingObject, match=r"couldn't find key nothing in Secret ns/db .*\[secrets\.db\] in .*\.toml"):
        made(objects, from_secret("nothing"))


def test_nothing_in_the_words_about_a_missing_key_looks_like_a_secret(objects):
    with pytest.raises(MissingObject) as error:
        made(objects, from_secret("db_password"))
    assert mask_shapes(str(error.value)) == str(error.value)


def test_the_downward_api_answers(objects):
    fields = {"A": "metadata.name", "B": "metadata.labels['team']", "C": "spec.nodeName"}
    env = [{"name": key, "valueFrom": {"fieldRef": {"fieldPath": path}}} for key, path in fields.items()]
    assert made(objects, *env) == {"A": "p", "B": "data", "C": "localhost"}


def test_limits_are_counted_in_units_of_the_divisor(objects):
    reference = {"resource": "limits.memory", "divisor": "1Mi"}
    container = {
        "resources": {"limits": {"memory": "1.5Gi"}},
        "env": [{"name": "MEMORY", "valueFrom": {"resourceFieldRef": reference}}],
    }
    assert environment(container, POD, objects) == {"MEMORY": "1536"}
