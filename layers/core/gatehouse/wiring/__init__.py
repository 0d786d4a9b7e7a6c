"""Builds each use case from its parts; one module per function.

Wiring constructs, it never calls: a part fetches what it needs on first use, so that a
failing service surfaces inside the request, as `Unavailable`, and not at import.
"""
