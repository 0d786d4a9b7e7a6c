"""What Fernhill Bikes, a shop that nobody owns, offers to models: tools, prompts, resources."""

from typing import Final

from tests.integration.world import Json

ORIGIN: Final = "https://api.fernhill.example"
TEXT: Final = {"type": "string"}


def tool(name: str, description: str, path: str, *arguments: str, **more: object) -> Json:
    """Describe a tool that takes texts, all of which it needs."""
    schema = {
        "type": "object",
        "properties": dict.fromkeys(arguments, TEXT),
        "required": list(arguments),
        "additionalProperties": False,
    }
    return {"name": name, "description": description, "endpoint_path": path,
            "input_schema": schema, "http_method": "GET", **more}  # fmt: skip


TOOLS: Final = (
    tool("get_order", "Look up an order by its number: what was bought, for how much, and where "
         "it is now.", "/v2/orders/{order_number}", "order_number",
         auth_strategy="hmac_signature"),
    tool("find_customer", "Find customers by name, e-mail address or telephone number.",
         "/v2/customers", "query", query_template={"q": "{query}", "limit": "20"},
         auth_strategy="static_bearer"),
    tool("track_parcel", "Say where a parcel is, and when it is likely to arrive.",
         "/v2/parcels/{number}", "number", auth_strategy="static_bearer", timeout_seconds=5),
    tool("search_catalogue", "Search bicycles, parts and clothing.", "/v2/catalogue/search",
         "words", query_template={"q": "{words}"}),
    tool("create_refund", "Give money back for an order, in full or in part. Asks for the reason, "
         "which the customer is told.", "/v2/orders/{order_number}/refunds", "order_number",
         "amount", "reason", http_method="POST", auth_strategy="hmac_signature",
         require_member=True, allowed_roles=["support-lead"],
         body_template={"amount": "{amount}", "reason": "{reason}",
                        "requested_by": "{integration.id}"}),
    tool("book_repair", "Book a place in the workshop.", "/v2/workshop/bookings", "bicycle", "day",
         http_method="POST", require_member=True, auth_strategy="hmac_signature",
         body_template={"bicycle": "{bicycle}", "day": "{day}"}),
    tool("export_customers", "Write all customers to a file. Switched off since March.",
         "/v1/exports/customers", http_method="POST", is_enabled=False),
)  # fmt: skip


def said(text: str) -> Json:
    """One message of a prompt."""
    return {"role": "user", "content": {"type": "text", "text": text}}


PROMPTS: Final = (
    {"name": "apologise", "description": "Write an apology for a late order.",
     "arguments": [{"name": "order_number", "required": True}, {"name": "tone"}],
     "messages": [said("Look up order {order_number}, and write an apology for the delay. "
                       "Tone: {tone}.")]},
    {"name": "handover", "description": "Sum up a customer's case for the next colleague.",
     "arguments": [{"name": "customer", "required": True}],
     "messages": [said("Sum up what {customer} asked, what was promised, and what is open.")]},
)  # fmt: skip

RESOURCES: Final = (
    {"name": "returns-policy", "uri": "docs://shop/returns", "mime_type": "text/markdown",
     "description": "When goods may come back, and who pays for it.",
     "text": "# Returns\n\nUnused goods come back within 30 days. We pay the postage."},
    {"name": "opening-hours", "uri": "docs://shop/hours", "mime_type": "text/markdown",
     "description": "Of the shop and of the workshop.",
     "text": "# Hours\n\nMonday to Saturday, 9 to 18. The workshop closes at 17."},
)  # fmt: skip
