from orders_factory_a import build

orders = build("orders")
