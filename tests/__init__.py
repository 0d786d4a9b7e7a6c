"""Tests: unit, contract, integration."""
