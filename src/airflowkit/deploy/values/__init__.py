"""What is known about the values of the official Airflow chart: its keys, their successors, and what goes wrong."""
