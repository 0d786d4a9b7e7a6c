"""A small, total part of the Common Expression Language (CEL), for conditions on arguments.

What parses here means what it means in CEL, evaluated strictly from left to right; the rest of the
language is refused when the warrant is read. docs/warrants.md has the grammar.
"""
