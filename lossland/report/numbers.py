"""Numbers as readers want them: three digits, powers of ten written out, a spread to as many places as its value."""

import math
import re

ROUNDING = 1e-9
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def short(value, digits=3) -> str:
    """Empty for NaN."""
    if math.isnan(value):
        return ""
    text = f"{value:.{digits}g}"
    if 1e4 <= abs(value) < 1e7:
        text = f"{float(text):,.0f}".replace(",", "\u202f")
    elif "e" in text:
        mantissa, _, power = text.partition("e")
        times = {"1": "", "-1": "-"}.get(mantissa, f"{mantissa} × ")
        text = f"{times}10{str(int(power)).translate(SUPERSCRIPT)}"
    return text.replace("-", "−").replace("inf", "∞")


def in_text(text) -> str:
    """The numbers of a sentence that is made of `%g`, such as that of a bar."""
    return re.sub(r"-?\d[\d.]*e[-+]\d+", lambda found: short(float(found[0])), str(text))


def with_spread(value, spread) -> str:
    """value ± spread, the spread to two digits and the value to the same place."""
    if not math.isfinite(value) or not math.isfinite(spread) or abs(spread) <= ROUNDING * abs(value):
        return short(value, 4)
    places = max(1 - math.floor(math.log10(abs(spread))), 0)
    if places > 6 or abs(value) >= 1e6:
        return f"{short(value)} ± {short(spread, 2)}"
    return f"{value:.{places}f} ± {spread:.{places}f}".replace("-", "−")


def apart(low, high, scale=1.0, digits=3) -> str:
    """A range, or the one number that both ends show as."""
    first, last = short(low * scale, digits), short(high * scale, digits)
    return first if first == last else f"{first} to {last}"
