"""The interactive page: what is embedded in it, that nothing breaks out of it, and what it does in a real browser."""
