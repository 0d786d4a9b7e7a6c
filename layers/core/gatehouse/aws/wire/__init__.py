"""A client of the few AWS operations that `mcp` and `dispatch` use, for the time these have.

It stands beside boto3, behind the same protocols (`gatehouse.aws.services`), and behaves as
botocore's `standard` retry mode does. docs/decisions/0027-wire-client.md says why it exists.
"""
