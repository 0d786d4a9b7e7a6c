"""What the use cases need from the outside world, in the domain's own words.

Each Protocol is named by what it keeps; its methods by what they do. Every method may raise
`Unavailable` when the service behind it fails.
"""
