"""How things are put right: commands to copy, in which capitals stand for what is one's own."""

from typing import Final

ENFORCE: Final = "gatehouse warrants set-policy --mode enforce --set require_warrant=true"
RECEIPTS: Final = "gatehouse warrants set-policy --set receipts=true"


def attest(item: str) -> str:
    """Return how somebody gives their word that an item holds."""
    return f"gatehouse checklist attest --item {item} --note 'WHAT YOU SAW'"


def deploy(**parameters: str) -> str:
    """Return a deployment with other parameters."""
    given = " ".join(f"{name}={value}" for name, value in parameters.items())
    return f"sam deploy --config-env prod --parameter-overrides {given}"
