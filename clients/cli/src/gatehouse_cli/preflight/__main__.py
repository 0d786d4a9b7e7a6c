"""`python -m gatehouse_cli.preflight`: the command by itself."""

import typer

from gatehouse_cli.preflight.command import preflight

if __name__ == "__main__":
    typer.run(preflight)
