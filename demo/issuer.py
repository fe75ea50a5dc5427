"""The development issuer as a process of its own: `python -m demo.issuer PORT`."""

import os
import sys

import uvicorn

from demo.barrow import people
from devissuer.main import create_app


def main() -> None:
    app = create_app(people(), os.environ["DEMO_SERVICE_SECRET"])
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
