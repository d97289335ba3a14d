"""Airflow's connections and users, as everything that Airflow reads them from."""
