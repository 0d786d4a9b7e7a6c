"""Pages for people: one layout, no scripts, forms that work everywhere."""
