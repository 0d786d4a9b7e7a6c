"""Gatehouse on the command line."""
