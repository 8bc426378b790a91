"""What keeps the notebooks honest: strict re-execution, static rules, and the tool that re-runs them."""
