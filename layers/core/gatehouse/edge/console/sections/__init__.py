"""The lines of the table of pages, by the entries of the menu."""
