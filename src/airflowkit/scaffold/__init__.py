"""New repositories and new DAGs, from templates."""
