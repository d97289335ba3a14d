"""The value classes that users write: variables, volumes, resources."""
