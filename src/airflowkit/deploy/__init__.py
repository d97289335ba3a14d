"""The deployment of a repository: its Secrets."""
