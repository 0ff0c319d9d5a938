"""A stand-alone program that speaks the providers' wire APIs; it imports nothing of the rest of gpuconsole."""
