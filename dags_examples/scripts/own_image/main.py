"""Report the orders of a day: python3 main.py --day 2026-01-31."""

import argparse
from collections import Counter
from datetime import date

ORDERS = [("berlin", 120), ("lyon", 80), ("berlin", 45)]


def main() -> None:
    """Print a line for each shop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--day", type=date.fromisoformat, required=True)
    day = parser.parse_args().day
    totals: Counter[str] = Counter()
    for shop, amount in ORDERS:
        totals[shop] += amount
    for shop, total in sorted(totals.items()):
        print(f"{day} {shop}: {total}")


if __name__ == "__main__":
    main()
