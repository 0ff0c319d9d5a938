"""The watchdog: a process of its own that ends what is overdue while web, workers, beat and Redis are dead.

``lookout`` asks PostgreSQL every few seconds whether anything was left undone. ``process`` keeps that up with hardly
any memory. Only where something was it starts ``standing_in``, which has the engine in it and leaves when all is well.
"""
