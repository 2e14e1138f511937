"""The pages: a Litestar application over the service, and nothing that decides."""
