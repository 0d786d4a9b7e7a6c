"""MCP over Streamable HTTP: JSON-RPC 2.0, stateless, both eras of the protocol on one path.

door       one HTTP request: transport rules, credential, then each message
batches    several messages in one request, each answered by itself
bodies     which bodies are taken, and the two kinds that are sent
envelope   bytes to messages
eras       which generation of the protocol a message speaks
clients    what a request says of its client
discovery  where a client without a credential learns who gives them out
headers    what a modern request must repeat in its HTTP headers
inbound    what a method is given, and what it may give back
methods    the table of methods of each era
tool_calls tools/call: a result, what there was to say before it, or a question
notices    notifications that a request asked for
render     results and errors to JSON
"""
