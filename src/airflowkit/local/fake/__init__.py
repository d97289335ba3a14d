"""The fake cluster: pods that end as a test says."""
