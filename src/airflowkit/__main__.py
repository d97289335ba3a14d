"""`python -m airflowkit`: the command, where no script of that name is on the path."""

from airflowkit.cli.app import main

main()
