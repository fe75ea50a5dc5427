"""A page for whoever comes by a link: the same for everybody, for what is after the `#` stays in the browser."""

import base64
import hashlib
import re
from pathlib import Path

from fastapi.responses import HTMLResponse

PAGES = Path(__file__).parent / "pages"


class ScriptedPage:
    """One page that runs its own script and no other, and asks nobody else."""

    def __init__(self, name: str) -> None:
        self.text = (PAGES / name).read_text("utf-8")
        scripts = " ".join(
            f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
            for script in re.findall(r"<script>(.*?)</script>", self.text, re.DOTALL)
        )
        self.policy = (
            f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; connect-src 'self'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )

    def shown(self) -> HTMLResponse:
        headers = {"Content-Security-Policy": self.policy, "Referrer-Policy": "no-referrer"}
        return HTMLResponse(self.text, headers=headers)
