"""Mapped tasks in every form."""

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, task, task_group
from airflow.sdk.exceptions import AirflowSkipException

with DAG("mapping", schedule=None):

    @task
    def numbers():
        return [1, 2, 3]

    @task
    def none():
        return []

    @task
    def double(number, by=2):
        return number * by

    @task
    def total(values):
        print("total", sum(values))

    @task
    def skips_odd(number):
        if number % 2:
            raise AirflowSkipException("odd")

    @task_group
    def per_number(number):
        total.override(task_id="last")([double.override(task_id="first")(number)])

    total(double.partial(by=10).expand(number=numbers()))
    double.override(task_id="named", map_index_template="number {{ number }}").expand(number=[1])
    double.override(task_id="crossed").expand(number=[1, 2], by=[3, 4])
    double.override(task_id="by_dictionaries").expand_kwargs([{"number": 1}, {"number": 2, "by": 3}])
    double.override(task_id="converted").expand(number=numbers().map(lambda number: number + 1))
    double.override(task_id="joined").expand_kwargs(
        numbers().zip(numbers()).map(lambda pair: {"number": pair[0], "by": pair[1]})
    )
    double.override(task_id="of_nothing").expand(number=none())
    skips_odd.expand(number=[1, 2])
    per_number.expand(number=[1, 2])
    BashOperator.partial(task_id="classic", env={"A": "1"}, append_env=True).expand(
        bash_command=["echo $A", "echo {{ run_id }}"]
    )

with DAG("mapping_fails", schedule=None):

    @task
    def fails_at_two(number):
        if number == 2:
            raise ValueError("two")

    @task(trigger_rule="all_done")
    def afterwards():
        print("afterwards")

    fails_at_two.expand(number=[1, 2, 3]) >> afterwards()
    fails_at_two.override(task_id="again").expand(number=[2])
