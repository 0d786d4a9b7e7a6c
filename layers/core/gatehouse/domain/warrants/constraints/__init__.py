"""The conditions that a warrant puts on arguments: one module for each family.

`reading.read` makes them from the wire, `base.covers` compares a parent's with a child's.
"""
