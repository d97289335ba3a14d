"""What Airflow 3 and its providers moved, renamed and removed: names, and arguments of calls."""
