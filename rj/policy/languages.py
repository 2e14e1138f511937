"""Languages a meeting may be led in: their codes and what people call them."""

LANGUAGES: tuple[tuple[str, str], ...] = (
    ("en", "English"),
    ("cy", "Welsh"),
    ("ar", "Arabic"),
    ("bn", "Bengali"),
    ("gu", "Gujarati"),
    ("pl", "Polish"),
    ("pa", "Punjabi"),
    ("ro", "Romanian"),
    ("so", "Somali"),
    ("fr", "French"),
    ("pt", "Portuguese"),
    ("ur", "Urdu"),
)
"""ISO 639-1 code and English name, the service's own two languages first."""


def language_name(code: str) -> str:
    """What people call the language; the code itself for one that is not in the list."""
    return dict(LANGUAGES).get(code, code)
