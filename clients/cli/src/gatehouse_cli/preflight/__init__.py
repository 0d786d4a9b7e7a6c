"""`gatehouse preflight`: the production checklist, evaluated on a deployment as it is now."""
