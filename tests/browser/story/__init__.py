"""A project that looks lived in: what pages of the console show, to tests and in pictures."""
