"""Write docs/cli.md from the commands."""

from pathlib import Path

from gatehouse_cli.manual import document

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"

if __name__ == "__main__":
    PAGE.write_text(document(), encoding="utf-8")
