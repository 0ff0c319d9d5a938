"""What every app needs and that knows no app: sealing, ids, money, paging, formats."""
