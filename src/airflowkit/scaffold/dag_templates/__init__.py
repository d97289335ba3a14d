"""The templates of `new-dag`: airflowkit's, and those that a team keeps itself."""
