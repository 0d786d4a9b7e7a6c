"""The rules under which our verifier denies and the public package allows."""

STRICTER = {
    "values": {
        "the value is of a type that warrants do not know",
        "the value is too large or nested too deeply",
        "the value holds a key or text that is not Unicode",
    },
    "host-form": {"the URL's host holds characters that are not taken"},
    "caps": {
        "a warrant may live for at most 7776000 seconds",
        "a warrant's depth may be at most 64",
        "a warrant has at most 64 approvers",
        "an approval has at most 8192 bytes",
    },
    "effort": {"deciding this would take too long"},
    "encoding": {"CBOR simple values other than true, false and null are not used"},
    "address-form": {"the constraint holds no IP network"},
    "regex-syntax": {
        "the regular expression is invalid or too large",
        "the regular expression uses syntax that is not taken",
    },
    "regex-ascii": {"the regular expression's classes are for ASCII text"},
    "cel-subset": {
        "the expression holds what is no part of it",
        "the expression does not parse",
        "the expression calls a function that is not there",
        "the expression repeats a sign",
        "the expression uses a reserved word",
        "the expression holds a number beyond 64 bits",
        "the expression holds an unknown escape",
    },
    "cel-total": {"the expression fails on this value"},
    "well-formed": {
        "the constraint holds a domain that is no host name",
        "All needs at least one constraint",
        "a range's bound is a float or null",
    },
    "clearance": {"a child's clearance may not exceed its parent's"},
    "approvers": {
        "a child may not drop or replace approvers",
        "a child may not lower the number of approvals",
        "an approver is listed twice",
        "the approval's times are wrong",
        "min_approvals is from 1 to the number of required_approvers",
    },
    "gates": {"a child may not weaken an approval gate"},
    "tools": {
        "a child names a tool that its parent does not",
        "a child's * allows more than its parent's named tool",
        "the warrant does not name this tool",
        "a child must constrain the arguments that its parent does",
        "a child may not start to allow unknown arguments",
    },
    "issuers": {
        "an issuer may not drop its bounds",
        "an issuer may not raise or drop max_issue_depth",
        "only an issuer's warrant says what may be issued",
    },
    "root": {"the chain does not start at a root: present the parents too"},
}
"""By rule, the hints that speak of it."""
