"""The formats of the report: those of `check`, and where a report of `doctor` says more, its own."""
