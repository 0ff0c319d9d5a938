"""The list page that jobs and instances share: what is asked for, its rows, and what may be done with many of them."""
