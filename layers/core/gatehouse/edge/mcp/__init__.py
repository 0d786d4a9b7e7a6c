"""MCP over Streamable HTTP: JSON-RPC 2.0, stateless, both eras of the protocol on one path.

door       one HTTP request: transport rules, credential, then each message
envelope   bytes to messages
eras       which generation of the protocol a message speaks
headers    what a modern request must repeat in its HTTP headers
methods    the table of methods of each era
render     results and errors to JSON
"""
