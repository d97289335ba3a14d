"""The contract: what the tasks of a repository need of the cluster, and the smallest Role that suffices for them."""
