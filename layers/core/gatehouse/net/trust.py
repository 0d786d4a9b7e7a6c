"""Whose word is taken for who a server is."""

import ssl

import certifi


def trusted() -> ssl.SSLContext:
    """Return a context that trusts whom the system trusts, or else whom certifi lists.

    Lambda's image has the system's list, and keeps it current. Reading one list takes 20 ms, and
    it is read while somebody waits, so certifi's is not read beside it.
    """
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        context.load_verify_locations(certifi.where())
    return context
