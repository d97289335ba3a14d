"""What rules, facts and findings are."""
