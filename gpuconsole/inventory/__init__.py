"""Where a provider's account and our record differ: strays, ghosts and drift, and what people do about them."""
