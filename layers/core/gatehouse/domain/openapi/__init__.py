"""OpenAPI 3.0 and 3.1: from a document's bytes to the definitions of tools; pure.

What a template cannot say is refused by name, operation by operation, and never guessed.
"""
