"""Two states of a repository, parsed and compared: their DAGs, tasks, pods and findings."""
