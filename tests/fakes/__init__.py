"""In-memory keepers of the ports; `tests/contract` holds them to AWS's behaviour."""
