"""The fonts of figures."""

from mlpexp.doctor.finding import Finding

CHINESE, JAPANESE, KOREAN = "学习", "が", "한"


def fonts() -> Finding:
    """Whether there are letters for Chinese, Japanese and Korean; Matplotlib is imported here."""
    from mlpexp.report.drawing.words_in_figures import fonts_for

    families, lost = fonts_for(frozenset(CHINESE + JAPANESE + KOREAN))
    found = ", ".join(families)
    if not lost:
        return Finding("fonts", f"Chinese, Japanese and Korean: {found}")
    scripts = {"Chinese": CHINESE, "Japanese": JAPANESE, "Korean": KOREAN}
    lacking = " and ".join(name for name, letters in scripts.items() if lost & set(letters))
    remedy = f"no font has {lacking} letters, so figures draw them as boxes; install Noto Sans CJK"
    return Finding("fonts", found or "Latin, Greek and Cyrillic letters", remedy)
