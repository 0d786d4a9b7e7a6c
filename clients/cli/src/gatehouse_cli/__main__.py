"""`python -m gatehouse_cli` is `gatehouse`."""

from gatehouse_cli.app import main

main()
