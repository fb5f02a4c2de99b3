"""Colour profiles: any picture as sRGB through the profile that it carries, and that profile's name."""

from io import BytesIO

from PIL import Image, ImageCms

# Pixels of an ICC profile's colour space: only these can be converted with it.
PROFILE_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}


def to_srgb(image: Image.Image, profile: bytes) -> tuple[Image.Image, tuple[str, ...]]:
    """Return the picture as RGB or RGBA in sRGB, and notes about what could not be kept."""
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    if alpha is not None:
        image = image.convert(image.mode[:-1])
    notes: tuple[str, ...] = ()
    if image.mode == "CMYK" and not profile:
        notes = ("The picture is CMYK without a colour profile: its colours are approximate.",)
    converted = _through_profile(image, profile) if profile or image.mode == "LAB" else None
    if profile and converted is None:
        notes = ("The colour profile does not fit the picture and was left out.",)
    colour = converted or (image if image.mode == "RGB" else image.convert("RGB"))
    if alpha is not None and alpha.getextrema() != (255, 255):
        colour.putalpha(alpha)
    return colour, notes


def _through_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    """Return the picture as sRGB, None when the profile is broken or made for other pixels."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile) if profile else ImageCms.createProfile("LAB"))
        space = PROFILE_MODES.get(source.profile.xcolor_space.strip())
        if space == "RGB" and image.mode == "L":
            image = image.convert("RGB")
        if space != image.mode:
            return None
        if "srgb" in profile_name(profile).lower():
            return image
        # Relative colorimetric with black point compensation is what editors show by default.
        return ImageCms.profileToProfile(
            image,
            source,
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError):
        return None


def profile_name(profile: bytes) -> str:
    """Return the name that a colour profile gives itself, '' when there is none to read."""
    if not profile:
        return ""
    try:
        name = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(BytesIO(profile)))
    except (ImageCms.PyCMSError, OSError):
        return ""
    return " ".join(name.split())[:80]
