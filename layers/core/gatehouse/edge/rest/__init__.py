"""The management API: `/admin/v1` and `/api/v1`, from one table of routes (see `routes`)."""
