"""The module of the alerts: written where nothing is in its way, and gone again if no file came to need it."""

from airflowkit.eject.alerts import in_the_way, module_text
from airflowkit.eject.engine import kept_modules, missing_module, write_module


def test_a_module_that_no_written_file_imports_is_removed(tmp_path):
    folders = [tmp_path / name / "dags" for name in ("one", "other")]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder.parent / "airflowkit.toml").touch()
        (folder / "orders.py").touch()
    modules = [path for folder in folders if (path := missing_module(folder))]
    for path in modules:
        write_module(path)
    assert [path.read_text() for path in modules] == [module_text()] * 2
    assert [missing_module(folder) for folder in folders] == [None, None]
    assert kept_modules(modules, [folders[0] / "orders.py"]) == modules[:1]
    assert [path.exists() for path in modules] == [True, False]


def test_whatever_else_has_the_name_is_in_the_way(tmp_path):
    path = tmp_path / "teams_alerts.py"
    assert not in_the_way(tmp_path)
    path.write_text(module_text())
    assert not in_the_way(tmp_path)
    path.write_text("mine = 1\n")
    assert in_the_way(tmp_path)
    path.unlink()
    path.mkdir()
    assert in_the_way(tmp_path)
    path.rmdir()
    (tmp_path / "teams_alerts").mkdir()
    assert in_the_way(tmp_path)
