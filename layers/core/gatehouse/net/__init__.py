"""The only way out of Gatehouse over HTTP."""
