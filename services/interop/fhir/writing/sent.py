"""One resource as it was sent, and where it stands; and the references that lead from it into itself."""

from dataclasses import dataclass, field
from typing import Any

Content = dict[str, Any]
OURS_TO_SAY = {"versionId", "lastUpdated"}


@dataclass(frozen=True)
class Sent:
    """`at` is its FHIRPath in the document that it came in."""

    content: Content = field(repr=False)
    at: str

    @property
    def kind(self) -> str:
        return str(self.content["resourceType"])

    def contained(self, reference: Content | None) -> "Sent | None":
        """What a Reference of this resource leads to within it."""
        wanted = (reference or {}).get("reference", "")
        for place, one in enumerate(self.content.get("contained", [])):
            if wanted == f"#{one.get('id')}":
                return Sent(one, f"{self.at}.contained[{place}]")
        return None


def identified(content: Content, resource_id: str) -> Content:
    """As it is kept: with the id that it has here; its version and its time are told with every answer."""
    meta = {name: value for name, value in content.get("meta", {}).items() if name not in OURS_TO_SAY}
    rest = {name: value for name, value in content.items() if name not in {"resourceType", "id", "meta"}}
    return {"resourceType": content["resourceType"], "id": resource_id, "meta": meta, **rest}
