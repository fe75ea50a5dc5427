"""What is kept of a picture: what can be seen, upright, and nothing that the camera wrote beside it."""

from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from services.caseload.domain.photo import JPEG, PNG, Limits, NotAPhoto, PhotoDamaged, TooManyPixels

# The decoders that may see what somebody sent, by what it has to be declared as.
KINDS = {JPEG: "JPEG", PNG: "PNG"}
BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)
# Where a wound's edge and colour are judged, little may be lost.
QUALITY = 92


@dataclass(frozen=True)
class Picture:
    """A JPEG without metadata: no place, no device, no time, no comment, no smaller picture inside."""

    content: bytes
    width: int
    height: int
    sha256: str


def clean(sent: bytes, media_type: str, limits: Limits) -> Picture:
    """Decode it wholly, turn it as the camera was held, and write it anew.

    Its size is looked at before it is decoded. Raises `NotAPhoto`, `TooManyPixels` or `PhotoDamaged`.
    """
    try:
        with Image.open(BytesIO(sent), formats=(KINDS[media_type],)) as opened:
            if opened.width * opened.height > limits.most_pixels:
                raise TooManyPixels(limits.most_pixels)
            seen = _seen(opened)
    except BOMB as error:
        raise TooManyPixels(limits.most_pixels) from error
    except UnidentifiedImageError as error:
        raise NotAPhoto from error
    except TooManyPixels:
        raise
    except Exception as error:
        # What a hostile file makes a decoder raise is in no list.
        raise PhotoDamaged from error
    written = BytesIO()
    seen.save(written, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    content = written.getvalue()
    return Picture(content, seen.width, seen.height, sha256(content).hexdigest())


def _seen(opened: Image.Image) -> Image.Image:
    opened.load()
    profile = opened.info.get("icc_profile")
    upright = ImageOps.exif_transpose(opened)
    seen = _in_srgb(upright, profile) if profile else upright.convert("RGB")
    seen.info.clear()
    return seen


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """In the colours that every screen assumes, since the profile that said otherwise is left out."""
    with suppress(ImageCms.PyCMSError, OSError):
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        turned = ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
        if turned is not None:
            return turned
    return picture.convert("RGB")
