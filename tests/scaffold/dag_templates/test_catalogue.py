import json
import subprocess

import pytest

from airflowkit.errors import ScaffoldError
from airflowkit.scaffold.answers.dag import DagAnswers
from airflowkit.scaffold.dag_templates.catalogue import built_in, catalogue
from airflowkit.scaffold.dag_templates.rendering import render_dag
from airflowkit.scaffold.dag_templates.template import BrokenTemplate

DAG = """\
[% from "frame.j2" import imports, keywords %]
\"\"\"[[ dag.name ]]: of our own, for [[ options.team ]].\"\"\"

from datetime import datetime

from airflow.sdk import DAG
[[ imports(dag, ["dag_args", "default_args", "pod_task"]) ]]

with DAG(
[[ keywords(dag) -]]
) as dag:
    pod_task("work", image=[[ dag.image | quoted ]], cmds=["true"])
"""
DESCRIPTION = """\
title = "what our team writes"

[options.team]
help = "The team that is called at night."
default = "night"
"""


@pytest.fixture
def own(tmp_path):
    """A repository with a folder of templates."""
    (tmp_path / "airflowkit.toml").write_text('[new_dag]\ntemplates = "templates"\n')
    folder = tmp_path / "templates/ours"
    folder.mkdir(parents=True)
    (folder / "template.toml").write_text(DESCRIPTION)
    (folder / "dag.py.j2").write_text(DAG)
    return folder


def rendered(start, name="ours", **options):
    with catalogue(start) as found:
        return render_dag(found.template(name), DagAnswers(name="x"), options)


def in_git(folder, *commands):
    run = ["git", "-c", "user.name=x", "-c", "user.email=x@x"]
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "x"], *commands):
        subprocess.run([*run, *command], cwd=folder, check=True)


def test_templates_of_a_folder_come_before_those_of_airflowkit(own, tmp_path):
    text = rendered(tmp_path, team="day")["dags/x.py"]
    assert "of our own, for day" in text
    assert 'image="busybox:1.37"' in text
    with catalogue(tmp_path) as found:
        assert next(iter(found.folders)) == "ours"
        assert set(built_in().folders) < set(found.folders)
        assert found.sources["ours"] == "templates"


def test_a_template_of_the_same_name_replaces_airflowkits(own, tmp_path):
    own.rename(own.parent / "pod")
    assert "of our own" in rendered(tmp_path, "pod")["dags/x.py"]


@pytest.mark.parametrize("revision", ["", "#main", "#v1", "#COMMIT"])
def test_templates_come_from_a_git_repository(own, tmp_path, revision):
    in_git(own.parent, ["tag", "v1"])
    commit = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=own.parent, text=True).strip()
    url = f"file://{own.parent}{revision.replace('COMMIT', commit)}"
    (tmp_path / "airflowkit.toml").write_text(f"[new_dag]\ntemplates = {json.dumps(url)}\n")
    assert "of our own" in rendered(tmp_path)["dags/x.py"]


def test_templates_come_from_a_bare_repository_beside_it(own, tmp_path):
    in_git(own.parent)
    subprocess.run(["git", "clone", "-q", "--bare", own.parent, tmp_path / "own.git"], check=True)
    (tmp_path / "airflowkit.toml").write_text('[new_dag]\ntemplates = "own.git"\n')
    assert "of our own" in rendered(tmp_path)["dags/x.py"]


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("nowhere", "nowhere is not a folder.*airflowkit.toml names it"),
        ("file:///nowhere/at/all", "cannot fetch file:///nowhere/at/all"),
        ("https://me:s3cretpassword@127.0.0.1:1/x.git", "cannot fetch https://(?!.*s3cret)"),
        ("empty", "empty has no template"),
        ("--upload-pack=touch", "is not a folder"),
        ("ext::sh -c touch% /tmp/x", "is not a folder"),
    ],
)
def test_a_place_without_templates_is_one_line(own, tmp_path, where, reason):
    (tmp_path / "empty").mkdir()
    (tmp_path / "airflowkit.toml").write_text(f"[new_dag]\ntemplates = {json.dumps(where)}\n")
    with pytest.raises(ScaffoldError, match=reason) as raised, catalogue(tmp_path):
        pass
    assert "\n" not in str(raised.value)


BROKEN = {
    "title = \n": ("template.toml:1", "not valid TOML"),
    'title = "x"\nimage = "a\n': ("template.toml:2", "not valid TOML"),
    'title = "x"\n\ntitel = "y"\n': ("template.toml:3", "titel is not known; did you mean 'title'"),
    'page = "x"\n': ("template.toml:1", "title is missing"),
    "title = 3\n": ("template.toml:1", "title: Input should be a valid string"),
    'title = "x"\n[options.team]\nhelpp = "x"\n': ("template.toml:3", "options.team.helpp is not known"),
    'title = "x"\n[options.team]\nhelp = "x"\npattern = "("\n': ("template.toml:4", "not a regular expression"),
    'title = "x"\n[options."a b"]\nhelp = "x"\n': ("template.toml:2", "String should match pattern"),
    'title = "x"\n[files]\n"more.py.j2" = "more.py"\n': ("template.toml:3", "has no file 'more.py.j2'"),
    'title = "x"\n[files]\n"../../airflowkit.toml" = "a"\n': ("template.toml:3", "has no file"),
    'title = "x"\nimage = "orders"\n': ("template.toml", "no fixed tag"),
    'title = "x"\nimage = "[[ dog.name ]]:1"\n': ("template.toml", "'dog' is undefined"),
    'title = "x"\n[files]\n"dag.py.j2" = "../x.py"\n': ("template.toml", "not the path of a file in the repository"),
    'title = "x"\n[files]\n"dag.py.j2" = "/etc/x.py"\n': ("template.toml", "not the path of a file"),
    'title = "x"\n[files]\n"dag.py.j2" = ".git/hooks/x"\n': ("template.toml", "not the path of a file"),
}
BROKEN_DAGS = {
    "a = 1\nb = [[ dog.name ]]\n": ("dag.py.j2:2", "'dog' is undefined"),
    "a = 1\n\n[% if dag.name %]\n": ("dag.py.j2:3", "Unexpected end of template"),
    "a = [[ dag.name | nonsense ]]\n": ("dag.py.j2:1", "No filter named 'nonsense'"),
    "\n[[ 1 / 0 ]]\n": ("dag.py.j2:2", "division by zero"),
    '[% from "no.j2" import x %]\n': ("dag.py.j2:1", "there is no template no.j2"),
    '\n[[ "".__class__.__mro__ ]]\n': ("dag.py.j2:2", "unsafe"),
    "a = 1\n[# x #]\nb = = [[ dag.name ]]\n": ("dag.py.j2:3", "it makes no valid Python: invalid syntax, in 'b = = x'"),
    '[% from "frame.j2" import keywords %]\n\n[[ keywords(3) ]]\n': ("frame.j2:", "has no attribute 'name'"),
}


@pytest.mark.parametrize("description", BROKEN)
def test_a_broken_description_is_told_with_file_and_line(own, tmp_path, description):
    (own / "template.toml").write_text(description)
    (own / "dag.py.j2").write_text('"""[[ dag.image ]]"""\n')
    place, reason = BROKEN[description]
    with pytest.raises(BrokenTemplate) as raised:
        rendered(tmp_path)
    assert f"ours/{place}" in str(raised.value)
    assert reason in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", BROKEN_DAGS)
def test_a_broken_file_is_told_with_its_line(own, tmp_path, text):
    (own / "dag.py.j2").write_text(text)
    place, reason = BROKEN_DAGS[text]
    with pytest.raises(BrokenTemplate) as raised:
        rendered(tmp_path)
    assert f"/{place}" in str(raised.value)
    assert reason in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_template_without_a_file_or_in_another_encoding_is_told(own, tmp_path):
    (own / "dag.py.j2").write_bytes(b"a = 1\n# \xff\n")
    with pytest.raises(BrokenTemplate, match=r"ours/dag\.py\.j2:2: not text in UTF-8"):
        rendered(tmp_path)
    (own / "dag.py.j2").unlink()
    with pytest.raises(BrokenTemplate, match=r"ours/template\.toml:1: the template has no file 'dag\.py\.j2'"):
        rendered(tmp_path)
    (own / "dag.py.j2").write_text("")
    (own / "template.toml").unlink()
    with pytest.raises(BrokenTemplate, match=r"ours/template\.toml: cannot be read: No such file"):
        rendered(tmp_path)


def test_a_link_out_of_the_template_is_no_file_of_it(own, tmp_path):
    (own / "dag.py.j2").unlink()
    (own / "dag.py.j2").symlink_to(tmp_path / "airflowkit.toml")
    with pytest.raises(BrokenTemplate, match="no file"):
        rendered(tmp_path)


def test_a_broken_template_is_not_in_the_way_of_the_others(own, tmp_path):
    (own / "template.toml").write_text("title =")
    assert rendered(tmp_path, "pod")
    with catalogue(tmp_path) as found:
        assert sum(isinstance(each, BrokenTemplate) for _, each in found.all()) == 1
