"""The development issuer as a process of its own: `python -m demo.issuer PORT [ADDRESS]`."""

import sys

import uvicorn

from demo.barrow import people
from devissuer.main import create_app


def main() -> None:
    app = create_app(people())
    address = sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1"
    uvicorn.run(app, host=address, port=int(sys.argv[1]), access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
