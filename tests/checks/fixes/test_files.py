"""How `airflowkit check --fix` reads and writes files."""

from airflows import for_this_airflow
from checks.fixes.conftest import PRINTS, airflowkit, dag_file


def test_line_ends_a_byte_order_mark_comments_and_the_mode_stay(repository):
    text = f"# of the shop\n{PRINTS}# the end\n"
    path = dag_file(repository, text)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    path.chmod(0o640)
    before = path.read_bytes()
    airflowkit("check", "--fix", cwd=repository)
    assert path.read_bytes() == before.replace(b'print("loading")\r\n', b"")
    assert path.stat().st_mode & 0o777 == 0o640


def test_an_encoding_other_than_utf_8_stays(repository):
    path = repository / "dags" / "orders.py"
    head = for_this_airflow("# -*- coding: latin-1 -*-\n# für airflow\nfrom airflow.sdk import DAG\n\n")
    path.write_bytes(f'{head}DAY = DAG("orders")\nprint("ä")\n'.encode("latin-1"))
    airflowkit("check", "--fix", cwd=repository)
    assert path.read_bytes() == f'{head}DAY = DAG("orders")\n'.encode("latin-1")


def test_a_read_only_file_is_left_alone_and_named_in_one_line(repository):
    path = dag_file(repository, PRINTS)
    before = path.read_bytes()
    path.chmod(0o444)
    result = airflowkit("check", "--fix", cwd=repository)
    assert path.read_bytes() == before
    assert result.stderr == "airflowkit: dags/orders.py: cannot be written: it is read-only\n"
    assert result.returncode == 1


def test_a_link_out_of_the_repository_is_left_alone(repository, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "orders.py"
    dag_file(repository, PRINTS).rename(outside)
    before = outside.read_bytes()
    (repository / "dags" / "orders.py").symlink_to(outside)
    result = airflowkit("check", "--fix", cwd=repository)
    assert outside.read_bytes() == before
    assert (repository / "dags" / "orders.py").is_symlink()
    assert "is a link to" in result.stderr


def test_a_link_within_the_repository_stays_a_link(repository):
    inside = repository / "orders.py"
    dag_file(repository, PRINTS).rename(inside)
    (repository / "dags" / "orders.py").symlink_to(inside)
    airflowkit("check", "--fix", cwd=repository)
    assert "print" not in inside.read_text()
    assert (repository / "dags" / "orders.py").is_symlink()
