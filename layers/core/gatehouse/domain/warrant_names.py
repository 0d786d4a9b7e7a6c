"""What a stack of warrants names, read before anything of it is verified."""


def named_in(stack: bytes) -> tuple[bytes | None, tuple[str, ...]]:
    """Return the first warrant's issuer and the warrants' ids as they are printed, each once.

    Bytes that are no stack name nothing: the verifier will say what is wrong with them. A chain
    has at most 65 warrants.
    """
    # The verifier is loaded by the first call that brings a warrant, not by every cold start.
    from gatehouse.domain.warrants import Denied  # noqa: PLC0415
    from gatehouse.domain.warrants.chain import read_chain  # noqa: PLC0415

    try:
        payloads = [warrant.payload for warrant in read_chain(stack)]
    except Denied:
        return None, ()
    return payloads[0].issuer, tuple(payload.name for payload in payloads)
