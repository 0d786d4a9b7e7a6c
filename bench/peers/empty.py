"""A function that does nothing: what awslambdaric itself takes."""


def lambda_handler(_event: object, _context: object) -> dict[str, object]:
    """Answer."""
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": "{}"}
