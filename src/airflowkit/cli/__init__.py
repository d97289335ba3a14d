"""The `airflowkit` command, one file per sub-command."""
