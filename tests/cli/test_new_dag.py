"""`airflowkit new-dag`: its answers, its list, and templates of one's own."""

import ast
import json

import pytest

from airflowkit.scaffold.dag_templates.catalogue import built_in
from airflowkit.scaffold.record import RECORD
from cli.commands import everything_below

NAMES = tuple(built_in().folders)


@pytest.mark.parametrize("template", NAMES)
def test_a_new_dag_lands_in_the_new_repository_with_its_owner_and_says_what_to_do_next(
    airflowkit, new_repository, template
):
    result = airflowkit("new-dag", "orders_daily", "-t", template, "--schedule", "none", cwd=new_repository / "tests")
    assert result.status == 0, result.stderr
    assert "Wrote ../dags/orders_daily.py" in result.stdout
    assert "airflowkit run orders_daily" in result.stdout
    text = (new_repository / "dags/orders_daily.py").read_text()
    assert 'owner="finance"' in text
    assert 'tags=["finance"]' in text
    assert "schedule=None" in text


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["../x"], "it is a path"),
        (["a/b"], "it is a path"),
        (["orders-daily"], "Try 'orders_daily'"),
        ([""], "it is empty"),
        (["class"], "keyword"),
        (["x" * 300], "300 characters"),
        (["a\nb"], "letters, digits"),
        (["hello_pod"], "already exists"),
        (["Hello_Pod"], "names ignore case"),
        (["x", "--template", "pods"], "did you mean 'pod'?"),
        (["x", "--template", "../pod"], "no template"),
        (["x", "--set", "claim"], "is not NAME=VALUE"),
        (["x", "--set", "claim=x"], "template 'pod' has no option 'claim'"),
        (["x", "--parent", "hello_pod"], "template 'pod' has no option 'parent'"),
        (["x", "-t", "cross-dag", "--parent", "nobody"], "there is no such DAG"),
        (["x", "-t", "cross-dag", "--parent", "a\nb"], "is not valid"),
        (["x" * 245, "-t", "cross-dag"], "252 characters"),
        (["x" * 250, "-t", "script"], "File name too long"),
        (["x", "-t", "teams-alert", "--no-teams"], "Leave out --no-teams"),
        (["orders", "--dags-folder", "airflowkit.toml/x"], "airflowkit.toml is a file"),
        (["x", "--schedule", "sometimes"], "not a valid schedule"),
        (["x", "--image", "My Image"], "must not contain spaces"),
        (["x", "--image", "orders"], "no fixed tag"),
        (["x", "--owner", 'a"b'], "is not valid"),
        (["x", "--tags", "a,b\nc"], "is not valid"),
        (["x", "--dags-folder", "airflowkit.toml"], "airflowkit.toml is a file"),
        (["x", "--dags-folder", "/proc/nowhere"], "cannot write"),
    ],
)
def test_bad_input_is_one_line_and_status_2_and_changes_nothing(airflowkit, new_repository, arguments, reason):
    before = everything_below(new_repository)
    result = airflowkit("new-dag", *arguments, cwd=new_repository)
    assert result.status == 2
    assert reason in result.stderr
    assert result.stderr.startswith("airflowkit: ")
    assert len(result.stderr.splitlines()) == 1
    assert everything_below(new_repository) == before


def test_a_dag_id_of_another_file_is_refused(airflowkit, new_repository):
    (new_repository / "dags/legacy.py").write_text('from airflow.sdk import DAG\nwith DAG(dag_id="orders"): pass\n')
    result = airflowkit("new-dag", "orders", cwd=new_repository)
    assert result.status == 2
    assert "legacy.py already has a DAG 'orders'" in result.stderr


def test_a_dag_id_of_a_file_above_is_refused(airflowkit, new_repository):
    (new_repository / "dags/team").mkdir()
    (new_repository / "dags/legacy.py").write_text('from airflow.sdk import DAG\nwith DAG("orders"): pass\n')
    result = airflowkit("new-dag", "orders", cwd=new_repository / "dags/team")
    assert result.status == 2
    assert "legacy.py already has a DAG 'orders'" in result.stderr


@pytest.mark.parametrize("template", NAMES)
def test_a_dry_run_shows_what_would_be_written_and_writes_nothing(airflowkit, new_repository, template):
    before = everything_below(new_repository)
    shown = airflowkit("new-dag", "orders", "-t", template, "--dry-run", cwd=new_repository)
    assert shown.status == 0
    assert everything_below(new_repository) == before
    assert airflowkit("new-dag", "orders", "-t", template, cwd=new_repository).status == 0
    written = [
        path for path in everything_below(new_repository).keys() - before.keys() if "." in path.rpartition("/")[2]
    ]
    assert shown.stdout.startswith((new_repository / "dags/orders.py").read_text())
    for path in written:
        assert everything_below(new_repository)[path].decode() in shown.stdout
        assert f"Would write {path.removeprefix(f'{new_repository}/')}:" in shown.stderr


def test_a_dry_run_refuses_what_the_command_refuses(airflowkit, new_repository):
    result = airflowkit("new-dag", "hello_pod", "--dry-run", cwd=new_repository)
    assert (result.status, result.stdout) == (2, "")
    assert "already exists" in result.stderr


def test_the_list_has_a_line_for_each_template_and_the_same_as_data(airflowkit, new_repository):
    lines = airflowkit("new-dag", "--list", cwd=new_repository).stdout.splitlines()
    assert tuple(line.split()[0] for line in lines) == NAMES
    assert all(len(line) <= 120 for line in lines)
    data = json.loads(airflowkit("new-dag", "--list", "--format", "json", cwd=new_repository).stdout)
    assert tuple(each["name"] for each in data) == NAMES
    assert [f"{each['name']:15} {each['title']}".split() for each in data] == [line.split() for line in lines]
    assert {each["source"] for each in data} == {"airflowkit"}
    (parent,) = next(each for each in data if each["name"] == "cross-dag")["options"]
    assert parent["name"] == "parent"


def test_a_format_is_that_of_the_list(airflowkit, new_repository):
    assert airflowkit("new-dag", "orders", "--format", "json", cwd=new_repository).status == 2


def test_a_broken_template_is_listed_as_such(airflowkit, new_repository):
    settings = new_repository / "airflowkit.toml"
    settings.write_text(f'{settings.read_text()}\n[new_dag]\ntemplates = "own"\n')
    for name in ("good", "bad"):
        (new_repository / "own" / name).mkdir(parents=True)
        (new_repository / "own" / name / "template.toml").write_text('title = "of our own"\n')
        (new_repository / "own" / name / "dag.py.j2").write_text('"""airflow dag [[ dag.name ]]"""\n')
    (new_repository / "own/bad/template.toml").write_text('title = "x"\ntitel = "x"\n')
    result = airflowkit("new-dag", "--list", cwd=new_repository)
    assert result.status == 1
    assert "good" in result.stdout.split()
    assert result.stderr == (
        f"airflowkit: {new_repository}/own/bad/template.toml:2: titel is not known; did you mean 'title'?\n"
    )
    data = {
        each["name"]: each
        for each in json.loads(airflowkit("new-dag", "--list", "--format", "json", cwd=new_repository).stdout)
    }
    assert data["good"]["source"] == "own"
    assert "template.toml:2" in data["bad"]["error"]
    for name, status in (("good", 0), ("bad", 2)):
        result = airflowkit("new-dag", f"{name}_one", "-t", name, cwd=new_repository)
        assert (result.status, len(result.stderr.splitlines())) == (status, 1 if status else 0)
    assert (new_repository / "dags/good_one.py").read_text() == '"""airflow dag good_one"""\n'


def test_a_repository_without_teams_gets_no_alert_unless_it_is_asked_for(airflowkit, tmp_path):
    assert airflowkit("new-repo", "silent", "--no-teams", "--defaults", cwd=tmp_path).status == 0
    folder = tmp_path / "silent"
    assert not json.loads((folder / RECORD).read_text())["answers"]["teams"]
    for template in NAMES:
        name = template.replace("-", "_")
        result = airflowkit("new-dag", name, "-t", template, cwd=folder)
        if template in {"alert-watchdog", "teams-alert"}:
            assert (result.status, "without Teams there is none" in result.stderr) == (2, True)
        else:
            assert result.status == 0, result.stderr
            assert "teams" not in (folder / f"dags/{name}.py").read_text()
    assert airflowkit("new-dag", "loud", "-t", "teams-alert", "--teams", cwd=folder).status == 0
    assert "teams_failure()" in (folder / "dags/loud.py").read_text()


def test_a_parent_brings_its_schedule(airflowkit, new_repository):
    assert airflowkit("new-dag", "parent", "--schedule", "7 6 * * *", cwd=new_repository).status == 0
    assert airflowkit("new-dag", "child", "-t", "cross-dag", "--parent", "parent", cwd=new_repository).status == 0
    text = (new_repository / "dags/child.py").read_text()
    assert 'schedule="7 6 * * *"' in text
    assert 'external_dag_id="parent"' in text
    assert not (new_repository / "dags/child_parent.py").exists()
    result = airflowkit(
        "new-dag", "x", "-t", "cross-dag", "--parent", "parent", "--schedule", "@daily", cwd=new_repository
    )
    assert "Note: parent has schedule '7 6 * * *'" in result.stdout


def test_a_parent_in_another_folder_brings_its_schedule_too(airflowkit, new_repository):
    (new_repository / "dags/team").mkdir()
    assert airflowkit("new-dag", "parent", "--schedule", "7 6 * * *", cwd=new_repository).status == 0
    options = ("-t", "cross-dag", "--parent", "parent", "--dags-folder", "dags/team")
    result = airflowkit("new-dag", "child", *options, cwd=new_repository)
    assert result.status == 0, result.stderr
    assert 'schedule="7 6 * * *"' in (new_repository / "dags/team/child.py").read_text()
    assert "Note" not in result.stdout


def test_an_image_that_is_not_used_is_noted(airflowkit, new_repository):
    for template, noted in (("python", True), ("pod", False)):
        result = airflowkit("new-dag", f"a_{template}", "-t", template, "--image", "x:1", cwd=new_repository)
        assert (result.status, "the image is not used" in result.stdout) == (0, noted)


@pytest.mark.parametrize("folder", ["../dags-of-ours/dags", "./tests/../dags", "dags/", "dags/new/one"])
def test_the_folder_may_be_written_in_any_way(airflowkit, new_repository, folder):
    result = airflowkit("new-dag", "orders", "-t", "script", "--dags-folder", folder, cwd=new_repository)
    assert result.status == 0, result.stderr
    assert f"Wrote {'dags/new/one' if 'new' in folder else 'dags'}/orders.py" in result.stdout
    assert (new_repository / "scripts/orders/main.py").is_file()


def test_an_alert_to_look_at_has_no_schedule(airflowkit, new_repository):
    assert airflowkit("new-dag", "alert", "-t", "teams-alert", cwd=new_repository).status == 0
    assert "schedule=None" in (new_repository / "dags/alert.py").read_text()


def test_a_person_is_asked_for_what_was_not_given_and_matters(terminal, tmp_path):
    typed = {
        "name": ["orders-daily", "orders_daily"],
        "template": ["pods", "file-to-volume"],
        "claim": ["My", "data"],
        "schedule": ["sometimes", "@hourly"],
    }
    screen = terminal("new-dag", "--owner", "finance")
    asked = []
    for question in screen.questions():
        asked.append(question.partition(":")[0])
        screen.type(typed[asked[-1]].pop(0) if typed.get(asked[-1]) else "")
    assert screen.process.wait(timeout=60) == 0, screen.text
    assert list(dict.fromkeys(asked)) == ["name", "template", "claim", "schedule", "image", "tags", "teams"]
    assert [asked.count(each) for each in typed] == [2, 2, 2, 2]
    assert "Try 'orders_daily'" in screen.text
    text = (tmp_path / "dags/orders_daily.py").read_text()
    assert ast.get_docstring(ast.parse(text))
    for part in ('claim="data"', 'schedule="@hourly"', 'owner="finance"', 'tags=["finance"]'):
        assert part in text


def test_an_image_is_not_asked_for_without_pods_and_ctrl_c_writes_nothing(terminal, tmp_path):
    screen = terminal("new-dag", "orders", "-t", "python")
    asked = []
    for question in screen.questions():
        asked.append(question.partition(":")[0])
        screen.interrupt() if asked[-1] == "teams" else screen.type("")
    assert screen.process.wait(timeout=60) == 130, screen.text
    assert asked == ["schedule", "owner", "tags", "teams"]
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_asked_with_the_defaults_of_a_dag(terminal, tmp_path):
    screen = terminal("new-dag", "orders", "--defaults")
    assert list(screen.questions()) == []
    assert screen.process.wait(timeout=60) == 0, screen.text
    assert (tmp_path / "dags/orders.py").is_file()


def test_a_name_is_needed_where_nobody_answers(airflowkit, tmp_path):
    result = airflowkit("new-dag", cwd=tmp_path)
    assert (result.status, result.stderr) == (
        2,
        "airflowkit: Missing argument 'NAME'. See `airflowkit new-dag --help`\n",
    )
