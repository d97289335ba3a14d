"""What the checks speak of: findings, facts, rules, and the views of files, DAGs and pods that rules look at."""
