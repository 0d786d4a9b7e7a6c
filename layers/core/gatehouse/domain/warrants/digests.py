"""SHA-256."""


def sha256(data: bytes) -> bytes:
    """Return the 32 bytes of the hash."""
    # OpenSSL is loaded when a warrant comes, not when this package is imported.
    import hashlib  # noqa: PLC0415

    return hashlib.sha256(data).digest()
