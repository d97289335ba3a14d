"""`airflowkit check --fix`: mends what is mechanical, and never changes what a DAG does.

`signs` tells which findings that may be. `registry` has one small function per rule; `plan` applies them to the text of
files, `proof` has workers parse the DAG files before and after and compares what the DAG processor would write and the
`evidence` of what else each task does, and `files` writes what held.
"""
