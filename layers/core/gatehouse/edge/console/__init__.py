"""The console: pages for people, each a client of the management API within this process."""
