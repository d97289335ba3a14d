import contextlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflowkit.errors import ScaffoldError
from airflowkit.scaffold.answers.dag import DagAnswers
from airflowkit.scaffold.dag_templates.catalogue import built_in
from airflowkit.scaffold.new_dag import NewDag

NAMES = st.one_of(
    st.text(),
    st.sampled_from(["../x", "Taken", "taken", "x", "x/y", ".", "\udcff", "x" * 250, "x·1"]),
    st.from_regex(r"\w+"),
)
SEVERAL_FILES = ("script", "cross-dag")


def new(name, folder, template="pod", options=None, **answers):
    return NewDag(built_in().template(template), DagAnswers(name=name, **answers), options or {}, folder)


def files_below(folder):
    return {path: path.read_bytes() if path.is_file() else b"" for path in Path(folder).rglob("*")}


@pytest.mark.parametrize("template", ["pod", *SEVERAL_FILES])
@given(name=NAMES)
def test_any_name_makes_whole_files_or_changes_nothing(template, name):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "dags"
        folder.mkdir()
        (folder / "taken.py").touch()
        (Path(place) / "airflowkit.toml").touch()
        before = files_below(place)
        written = {}
        with contextlib.suppress(ScaffoldError):
            dag = new(name, folder, template)
            dag.write()
            written = dag.files
            assert f'"{name}",' in (folder / f"{name}.py").read_text()
        made = {path: text for path, text in files_below(place).items() if path not in before and path.is_file()}
        assert made == {path: text.encode() for path, text in written.items()}
        if not written:
            assert files_below(place) == before


def test_a_folder_of_the_same_name_is_in_the_way(tmp_path):
    """Python would import the folder and never the file."""
    (tmp_path / "orders").mkdir()
    with pytest.raises(ScaffoldError, match="orders already exists"):
        new("orders", tmp_path).write()


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("script", "scripts/orders/main.py"),
        ("script", "tests/test_orders.py"),
        ("script", "scripts/orders/Dockerfile"),
        ("cross-dag", "dags/orders_parent.py"),
    ],
)
def test_a_file_that_is_in_the_way_stops_all_of_them(tmp_path, template, path):
    (tmp_path / "airflowkit.toml").touch()
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text("mine")
    before = files_below(tmp_path)
    with pytest.raises(ScaffoldError, match="already exists"):
        new("orders", tmp_path / "dags", template).write()
    assert files_below(tmp_path) == before


@pytest.mark.parametrize("template", SEVERAL_FILES)
def test_an_interrupt_between_two_files_leaves_none(tmp_path, template, monkeypatch):
    (tmp_path / "airflowkit.toml").touch()
    before, link = files_below(tmp_path), Path.hardlink_to
    made = []

    def interrupted(path, target):
        made.append(path)
        if len(made) == 2:
            raise KeyboardInterrupt
        link(path, target)

    monkeypatch.setattr(Path, "hardlink_to", interrupted)
    with pytest.raises(KeyboardInterrupt):
        new("orders", tmp_path / "dags", template).write()
    assert files_below(tmp_path) == before


def test_the_files_belong_to_the_repository_wherever_the_dag_is(tmp_path):
    (tmp_path / "airflowkit.toml").touch()
    (tmp_path / "dags/team").mkdir(parents=True)
    dag = new("orders", tmp_path / "dags/team", "script")
    dag.write()
    assert {path.relative_to(tmp_path).as_posix() for path in dag.files} == {
        "dags/team/orders.py",
        "scripts/orders/main.py",
        "scripts/orders/Dockerfile",
        "tests/test_orders.py",
    }


@pytest.mark.parametrize(
    ("code", "exists"),
    [
        ('with DAG("parent"): pass', True),
        ("@dag\ndef parent(): pass\nparent()", True),
        ('for name in ("par", "x"):\n    globals()[name] = DAG(f"{name}ent")', True),
        ('print("parent")', False),
        ('with DAG("orders"): pass', False),
    ],
)
def test_a_parent_exists_however_it_is_made(tmp_path, code, exists):
    folder = tmp_path / "dags"
    folder.mkdir()
    (tmp_path / "airflowkit.toml").touch()
    (folder / "other.py").write_text(f"from airflow.sdk import DAG, dag\n{code}\n")
    dag = new("child", folder, "cross-dag", {"parent": "parent"})
    if exists:
        assert 'external_dag_id="parent"' in dag.files[folder / "child.py"]
    else:
        with pytest.raises(ScaffoldError, match="there is no such DAG"):
            _ = dag.files


def test_a_parent_may_be_in_another_repository(tmp_path):
    (tmp_path / "airflowkit.toml").write_text('[check]\nexternal_dags = ["sales_*"]\n')
    assert new("child", tmp_path / "dags", "cross-dag", {"parent": "sales_daily"}).files


def test_a_dag_does_not_wait_for_itself(tmp_path):
    (tmp_path / "dags").mkdir()
    with pytest.raises(ScaffoldError, match="there is no such DAG"):
        _ = new("child", tmp_path / "dags", "cross-dag", {"parent": "child"}).files


@pytest.mark.parametrize(
    ("template", "options", "answers", "reason"),
    [
        ("pod", {"parent": "x"}, {}, "has no option 'parent'"),
        ("file-to-volume", {"claim": 'a"b'}, {}, "claim 'a\"b' is not valid"),
        ("file-to-volume", {"claim": "a\n"}, {}, "is not valid"),
        ("file-to-volume", {"claim": "My_Claim"}, {}, "is not valid"),
        ("file-to-volume", {"clam": "x"}, {}, "did you mean 'claim'"),
        ("blob-sensor", {"container": "A"}, {}, "is not valid"),
        ("blob-sensor", {"conn_id": "a b"}, {}, "is not valid"),
        ("cross-dag", {"parent": 'x"'}, {}, "is not valid"),
        ("cross-dag", {"parent": "x{{ ds }}"}, {}, "is not valid"),
        ("cross-dag", {}, {"schedule": "@continuous"}, "no date in common"),
        ("teams-alert", {}, {"teams": False}, "without Teams there is none"),
    ],
)
def test_a_value_that_a_template_cannot_take_is_refused(tmp_path, template, options, answers, reason):
    with pytest.raises(ScaffoldError, match=reason):
        _ = new("x", tmp_path / "dags", template, options, **answers).files


@pytest.mark.parametrize(
    ("listed", "noted"), [("apache-airflow-providers-microsoft-azure>=12\n", False), ("x\n", True)]
)
def test_a_library_that_the_image_lacks_is_named(tmp_path, listed, noted):
    (tmp_path / "airflowkit.toml").touch()
    (tmp_path / "requirements.txt").write_text(listed)
    notes = new("x", tmp_path / "dags", "blob-sensor").notes
    assert any("add it to requirements.txt" in note for note in notes) == noted


def test_a_library_that_is_missing_here_is_named(tmp_path, monkeypatch):
    from importlib.metadata import PackageNotFoundError

    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("airflowkit.scaffold.new_dag.distribution", missing)
    assert any("pip install apache-airflow" in note for note in new("x", tmp_path / "dags", "blob-sensor").notes)


def test_another_schedule_than_that_of_the_parent_is_noted(tmp_path):
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags/p.py").write_text('from airflow.sdk import DAG\nwith DAG("p", schedule="@hourly"): pass\n')
    noted = [new("x", tmp_path / "dags", "cross-dag", {"parent": "p"}, schedule=s).notes for s in ("@hourly", "@daily")]
    assert not noted[0]
    assert "p has schedule '@hourly'" in noted[1][0]


@pytest.mark.parametrize(
    ("settings", "template", "image", "secret"),
    [
        ("", "pod", "registry.example.com/orders:1", "regcred"),
        ("", "script", "", "regcred"),
        ("", "pod", "", ""),
        ("", "pod", "ghcr.io/team/orders:1", ""),
        ("", "pod", "localhost:5000/orders:1", ""),
        ("", "python", "registry.example.com/orders:1", ""),
        ('[pod]\nimage_pull_secrets = ["ours"]\n', "pod", "registry.example.com/orders:1", ""),
        ('[pod]\nservice_account_name = "jobs"\n', "pod", "registry.example.com/orders:1", ""),
        ('[check]\npublic_registries = ["registry.example.com"]\n', "script", "", ""),
    ],
)
def test_a_secret_is_named_where_a_private_image_needs_one(tmp_path, settings, template, image, secret):
    (tmp_path / "airflowkit.toml").write_text(settings)
    dag = new("orders", tmp_path / "dags", template, image=image)
    assert dag.complete.pull_secret == secret
    assert ('image_pull_secrets=["regcred"]' in dag.files[tmp_path / "dags/orders.py"]) == bool(secret)
    assert any("with the Secret 'regcred'" in note for note in dag.notes) == bool(secret)
