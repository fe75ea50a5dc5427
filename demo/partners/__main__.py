"""The made-up NHS as a process of its own: `python -m demo.partners PORT ORGANISATION_KEY`.

BaRS with the platform that gives tokens, PDS and MESH, each by its own paths. The key is the platform's of whom it
knows: a PEM file with the public half.
"""

import sys
from pathlib import Path

import uvicorn
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.routing import Mount

from demo.partners import bars, pds
from demo.partners.mesh import Mesh


def everybody(key: RSAKey) -> Starlette:
    """All of them behind one address."""
    senders, demographics = bars.Senders(key).app(), pds.barrow().app()
    mounted = [Mount("/bars", senders), Mount("/pds", demographics), Mount("/", Mesh().app())]
    return Starlette(routes=mounted)


def main() -> None:
    key = RSAKey.import_key(Path(sys.argv[2]).read_bytes())
    uvicorn.run(everybody(key), host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
