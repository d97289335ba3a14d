"""`airflowkit check --fix`: fixes what is mechanical, and never changes what a DAG does.

`fixable` says which findings may be fixed. `registry` has one small function per rule, `plan` applies them to the text
of files, `proof` parses the DAG files before and after and rejects each edit that changes a DAG, and `files` writes the
others.
"""
