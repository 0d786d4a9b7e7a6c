"""Write docs/checklist.md from the items of the checklist."""

from pathlib import Path

from gatehouse.domain.checklist.page import document

PAGE = Path(__file__).parents[1] / "docs" / "checklist.md"

if __name__ == "__main__":
    PAGE.write_text(document())
