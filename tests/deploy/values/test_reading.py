import time

import pytest

from airflowkit.deploy.values.reading import LARGEST, read_values
from airflowkit.errors import ValuesError


def read(text):
    return read_values(text if isinstance(text, bytes) else text.encode(), "old.yaml")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("# nothing\n", "is empty"),
        ("- a\n- b\n", "a sequence, not a mapping"),
        ("just text", "a scalar, not a mapping"),
        ("a: [1\nb: secret", "line 2"),
        ("a: 1\na: 2\n", "line 2: the key 'a' is in line 1 already"),
        ("a: {b: 1, b: 2}", "'b'"),
        ("a: &x [*x]", "inside of what it stands for"),
        ("a: &x {b: *x}", "inside of what it stands for"),
        ("a: {{ .Values.secret }}", "a key is a mapping"),
        ("{{ if .Values.secret }}\na: 1\n{{ end }}", "render it first"),
        ("a: !vault secret", "the tag !vault"),
        ("a: 1\n---\nb: 2\n", "several YAML documents"),
        ("? [a]\n: b", "a key is a sequence"),
        ("sops: {mac: x}\na: ENC[secret]", "SOPS"),
        ("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec: {values: {a: 1}}", "spec.values"),
        ("a: \x00", "not valid YAML"),
        (b"\xff\xfe\x00a", "UTF-8"),
        ("a: 'secret", "line"),
        ("<<: secret\n", "<< takes a mapping"),
        ("a: !!int secret", "not a valid int"),
        ('a: !!int ""', "not a valid int"),
        ("[" * 5000, "not valid YAML"),
        ("a: " + "[" * 400_000 + "]" * 400_000, "not valid YAML"),  # libyaml's binding would end the process
        ("- " * 400_000, "not valid YAML"),
    ],
)
def test_what_is_not_a_values_file_is_one_line_that_quotes_nothing(text, reason):
    with pytest.raises(ValuesError) as raised:
        read(text)
    message = str(raised.value)
    assert reason in message
    assert "old.yaml" in message
    assert "\n" not in message
    assert "ecret" not in message.replace("Kubernetes Secret", "")


def test_a_file_of_ten_megabytes_is_refused_at_once():
    started = time.monotonic()
    with pytest.raises(ValuesError, match="too large"):
        read(b"a: b\n" * 2_000_000)
    assert time.monotonic() - started < 1


def test_aliases_that_grow_without_end_are_refused():
    layers = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10))
    with pytest.raises(ValuesError, match="more than 100,000 values"):
        read(f"l0: &l0 [x, x]\n{layers}")


def test_a_large_file_is_read():
    rows = "\n".join(f"key{n}: value" for n in range(20_000))
    assert len(rows) < LARGEST
    assert len(read(rows)) == 20_000


def test_aliases_and_merge_keys_are_followed():
    values = read("base: &base {a: 1, b: 2}\nx: {<<: *base, b: 3}\ny: *base\nz: {<<: [{a: 5}, *base]}\n")
    assert values["x"] == {"a": 1, "b": 3}
    assert values["y"] == {"a": 1, "b": 2}
    assert values["z"] == {"a": 5, "b": 2}
    values["y"]["a"] = 9
    assert values["base"]["a"] == 1


def test_keys_are_texts_and_scalars_have_the_types_that_helm_gives_them():
    values = read("1: a\ntrue: b\nday: 2026-01-31\nyes_: yes\nnothing: ~\nmode: 0440\nnumber: 1.5\ntext: '3'\n")
    assert values == {
        "1": "a", "true": "b", "day": "2026-01-31", "yes_": True, "nothing": None, "mode": 0o440,
        "number": 1.5, "text": "3",
    }  # fmt: skip


def test_a_byte_order_mark_is_no_part_of_the_first_key():
    assert read("\ufeffexecutor: LocalExecutor\n".encode()) == {"executor": "LocalExecutor"}
