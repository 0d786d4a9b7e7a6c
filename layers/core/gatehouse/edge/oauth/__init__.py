"""The OAuth endpoints of functions/token: forms in, RFC 6749 JSON out."""
