"""Where needs are looked for, and whom their Role is for."""

from airflowkit.contract.document import Contract
from airflowkit.contract.needs import Kind, Need, Permission, TaskNeeds
from airflowkit.deploy.doctor.cluster.comparison import Comparison
from airflowkit.deploy.doctor.cluster.inventory import NotKnown, Thing

PLAIN = [("", "pods", verb) for verb in ("create", "get")]
DEFERRED = [*PLAIN, ("", "events", "watch")]


class Cluster:
    """A cluster with one Secret, whose accounts may do nothing."""

    def __init__(self, *, tells=True):
        self.tells = tells

    def has_namespace(self, name):
        return True

    def find(self, kind, namespace, name):
        if not self.tells:
            raise NotKnown(f"{name} is forbidden")
        return Thing(name, keys=frozenset({"a"})) if (namespace, name) == ("airflow", "orders-db") else None

    def nodes(self):
        return ()

    def allows(self, account, permission):
        return False


def _task(namespace, *needs, permissions=()):
    done = tuple(Permission(namespace, *each) for each in permissions)
    return TaskNeeds("orders_daily", "extract", needs, done)


def _findings(*tasks, accounts=()):
    comparison = Comparison(Contract.of(tasks), Cluster(), "airflow", dict(accounts))
    return [(each.code, each.subject, each.message) for each in comparison.findings()]


def test_what_has_no_namespace_is_looked_for_in_that_of_the_release():
    assert _findings(_task("", Need("", Kind.SECRET, "orders-db", "a"))) == []


def test_a_secret_that_is_missing_is_one_finding_whatever_keys_are_needed():
    keys = [Need("etl", Kind.SECRET, "orders-db", key) for key in ("a", "b")]
    message = "there is none in namespace etl; orders_daily.extract needs it"
    assert _findings(_task("etl", *keys)) == [("AD301", "Secret orders-db", message)]


def test_a_key_that_is_missing_is_named_beside_those_that_are_there():
    message = "there is no key b in namespace airflow, it has a; orders_daily.extract needs it"
    need = Need("airflow", Kind.SECRET, "orders-db", "b")
    assert _findings(_task("airflow", need)) == [("AD302", "Secret orders-db", message)]


def test_a_right_is_named_once_though_two_tasks_use_it_in_one_namespace():
    tasks = [_task("", permissions=PLAIN), _task("airflow", permissions=PLAIN)]
    message = "may not create pods, get pods in namespace airflow, as tasks do"
    assert _findings(*tasks, accounts={"airflow:worker": False}) == [("AD312", "ServiceAccount worker", message)]


def test_the_account_of_the_triggerer_needs_only_what_a_trigger_does():
    accounts = {"airflow:triggerer": True}
    assert _findings(_task("etl", permissions=PLAIN), accounts=accounts) == []
    message = "may not watch events, get pods in namespace etl, as tasks do (it is in namespace airflow)"
    assert _findings(_task("etl", permissions=DEFERRED), accounts=accounts) == [
        ("AD312", "ServiceAccount triggerer", message)
    ]


def test_what_the_cluster_does_not_say_is_no_finding_and_is_kept():
    need = Need("etl", Kind.SECRET, "orders-db", "a")
    comparison = Comparison(Contract.of([_task("etl", need)]), Cluster(tells=False), "airflow")
    assert list(comparison.findings()) == []
    assert comparison.refused == {"secrets": "orders-db is forbidden"}
