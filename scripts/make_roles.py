"""Write docs/roles.md from the roles and the table of routes."""

from pathlib import Path

from gatehouse.edge.rest.role_matrix import document

PAGE = Path(__file__).parents[1] / "docs" / "roles.md"

if __name__ == "__main__":
    PAGE.write_text(document())
