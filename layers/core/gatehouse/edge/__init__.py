"""Between API Gateway and the use cases: one module per protocol skin."""
