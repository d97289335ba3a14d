"""The `airflowkit` command, also as `python -m airflowkit`: starts so that Ctrl-C ends it silently at any moment."""

import signal


def main() -> None:
    """Run the command. While it is still being imported there is nothing to clean up after an interrupt."""
    handler = signal.getsignal(signal.SIGINT)  # a shell has SIGINT ignored in its background
    if handler is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from airflowkit.cli import app  # noqa: PLC0415  see above

    signal.signal(signal.SIGINT, handler)
    try:
        app.main()
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done: one more would only change how the process ends


if __name__ == "__main__":
    main()
