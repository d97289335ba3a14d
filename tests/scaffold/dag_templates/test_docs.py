import json
import re
import runpy
import tomllib
from pathlib import Path

import pytest

from airflowkit.scaffold.answers.dag import DagAnswers
from airflowkit.scaffold.dag_templates.catalogue import catalogue
from airflowkit.scaffold.dag_templates.rendering import render_dag
from airflowkit.setting_sections import NewDag

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/how-to/new-dag.md"


def test_the_generated_page_is_current():
    made = runpy.run_path(str(ROOT / "scripts/dag_templates.py"))["page"]()
    assert PAGE.read_text() == made, "run python scripts/dag_templates.py"


@pytest.fixture
def blocks():
    return dict(re.findall(r"^```(\w+)\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL))


def test_the_template_of_the_page_works(tmp_path, blocks):
    settings, *_ = re.findall(r"^```toml\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert NewDag.model_validate(tomllib.loads(settings)["new_dag"]).templates == "dag_templates"
    (tmp_path / "airflowkit.toml").write_text(settings)
    folder = tmp_path / "dag_templates/load"
    folder.mkdir(parents=True)
    (folder / "template.toml").write_text(blocks["toml"])
    (folder / "dag.py.j2").write_text(blocks["jinja"])
    (folder / "query.sql.j2").write_text("select * from [[ options.table ]]\n")
    with catalogue(tmp_path) as found:
        template = found.template("load")
        files = render_dag(template, DagAnswers(name="x"), {"table": "shops"})
    assert files["sql/x.sql"] == "select * from shops\n"
    assert 'image="registry.example.com/loader:2.1.0"' in files["dags/x.py"]
    assert json.dumps(template.schedule) == '"@hourly"'
