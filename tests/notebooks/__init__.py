"""What keeps the notebooks honest: strict re-runs, static rules, and a tool to refresh them."""
