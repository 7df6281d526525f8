"""A web page -> the text that a browser shows."""

import re
from html.parser import HTMLParser

BLOCK_NAMES = """address article aside blockquote body br button caption center dd details dialog div dl dt fieldset
figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol optgroup option p pre section summary
table tbody td tfoot th thead tr ul"""
HIDDEN_NAMES = "head script style template noscript svg math canvas iframe object audio video select textarea title"
VOID_NAMES = "area base br col embed hr img input link meta source track wbr"  # have no end tag
INLINE_NAMES = "a abbr b bdi bdo big cite code del em font i ins kbd mark q s small span strike strong sub sup u"
BLOCKS, HIDDEN, VOID = (frozenset(names.split()) for names in (BLOCK_NAMES, HIDDEN_NAMES, VOID_NAMES))
KNOWN = "|".join(f"html {BLOCK_NAMES} {HIDDEN_NAMES} {INLINE_NAMES}".split())
MARKUP = re.compile(
    rf"<!doctype html|<(br|hr) ?/?>|<({KNOWN})(\s[^<>]*)?>.{{0,2000}}?</\2\s*>", re.IGNORECASE | re.DOTALL
)
HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
INSPECTED_CHARACTERS = 20_000  # at the beginning
CHARSET_BYTES = 4096  # at the beginning, within which a page must name its encoding


def visible_text(page: str) -> str:
    r"""Return what a browser shows of the HTML `page`, with a blank line between blocks.

    >>> visible_text("<p>I am<br>s&ouml; <b>happy</b><script>x()</script></p>bye")
    'I am\n\nsö happy\n\nbye'
    """
    reader = _Reader()
    end = page.rfind(">") + 1  # behind it no tag ends: html.parser would take the square of the time to find that out
    reader.feed(page[:end] + page[end:].replace("<", "&lt;"))
    reader.close()
    blocks = (" ".join("".join(block).split()) for block in reader.blocks)
    return "\n\n".join(filter(None, blocks))


def is_markup(text: str) -> bool:
    """Return whether `text` is HTML, rather than words that contain a "<" or ask about a tag.

    >>> is_markup("I <3 you, 1 < 2"), is_markup("<p>Hello</p>")
    (False, True)
    """
    return bool(MARKUP.search(text[:INSPECTED_CHARACTERS]))


def charset(data: bytes) -> str:
    """Return the encoding that a page's <meta> names; "" where none does."""
    match = CHARSET.search(data[:CHARSET_BYTES])
    return match[1].decode("ascii") if match else ""


class _Reader(HTMLParser):
    """Collects the text of each block in `blocks`; `hidden` is the outermost element that is not shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[list[str]] = [[]]
        self.hidden, self.depth = "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.hidden and (tag == "body" or (self.hidden in ("p", "li") and tag in BLOCKS)):
            self.hidden = ""  # browsers end <head>, <p> and <li> by themselves
        if tag in BLOCKS:
            self.blocks.append([])
        if self.hidden:
            self.depth += tag == self.hidden
        elif tag not in VOID:
            attributes = dict(attrs)
            is_hidden = "hidden" in attributes or HIDING_STYLE.search(attributes.get("style") or "")
            if tag in HIDDEN or is_hidden:
                self.hidden, self.depth = tag, 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Handle <br/>; in <div/> the slash is ignored, as browsers do."""
        self.handle_starttag(tag, attrs)
        if tag in HIDDEN and tag == self.hidden:  # <svg/> and the like really end there
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.blocks.append([])
        if self.hidden == tag:
            self.depth -= 1
            self.hidden = tag if self.depth else ""

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.blocks[-1].append(data)
