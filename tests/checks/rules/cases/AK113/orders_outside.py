def name():
    return "orders"
