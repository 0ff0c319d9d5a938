"""What providers offer: hardware with prices, and the choices for form fields."""
