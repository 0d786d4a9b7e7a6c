"""Rules of the system: pure functions over frozen values; no clock, no I/O."""
