"""Install, build and test, one part after another, and say what took how long: `make test` does."""

import subprocess
import sys
import time

PARTS = ("install", "book", "unit", "nbval", "web")  # targets of the Makefile
NEEDED = ("install", "book")  # by all parts that follow


def main() -> None:
    rows, failed = [], []
    for part in PARTS:
        start = time.perf_counter()
        if subprocess.run(["make", part]).returncode:
            failed.append(part)
        rows.append((part, time.perf_counter() - start, "failed" if part in failed else "passed"))
        if part in failed and part in NEEDED:
            break
    rows.append(("all", sum(seconds for _, seconds, _ in rows), "failed" if failed else "passed"))
    print("\npart      seconds")
    for part, seconds, outcome in rows:
        print(f"{part:8s} {seconds:8.0f}  {outcome}")
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
