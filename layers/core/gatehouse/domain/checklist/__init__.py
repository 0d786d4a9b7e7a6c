"""What has to hold before production: the items, what is looked at, and what comes of it."""
