"""What holds for all tests."""

from hypothesis import settings

# How long an example takes says something about the machine, and nothing about the rule.
settings.register_profile("gatehouse", deadline=None)
settings.load_profile("gatehouse")
