"""The formats of the report of an upgrade, one file each."""
