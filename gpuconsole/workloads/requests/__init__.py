"""Launch requests: asked for where a limit needs an admin's yes, decided by page, API or link, and launched then."""
