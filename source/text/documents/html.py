"""A web page -> the text that a person sees on it."""

import re
from html.parser import HTMLParser

BLOCK_NAMES = """address article aside blockquote body br button caption center dd details dialog div dl dt fieldset
figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol optgroup option p pre section summary
table tbody td tfoot th thead tr ul"""
UNSEEN_NAMES = "head script style template noscript svg math canvas iframe object audio video select textarea title"
EMPTY_NAMES = "area base br col embed hr img input link meta source track wbr"  # never have an end
INLINE_NAMES = "a abbr b bdi bdo big cite code del em font i ins kbd mark q s small span strike strong sub sup u"
BLOCKS, UNSEEN, EMPTY = (frozenset(names.split()) for names in (BLOCK_NAMES, UNSEEN_NAMES, EMPTY_NAMES))
KNOWN = "|".join(f"html {BLOCK_NAMES} {UNSEEN_NAMES} {INLINE_NAMES}".split())
MARKUP = re.compile(
    rf"<!doctype html|<(br|hr) ?/?>|<({KNOWN})(\s[^<>]*)?>.{{0,2000}}?</\2\s*>", re.IGNORECASE | re.DOTALL
)
HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
LOOKED_AT = 20_000  # characters of the beginning
CHARSET_BYTES = 4096  # of the beginning, within which a page must name it


def visible_text(page: str) -> str:
    """What a person reads on the HTML `page`: a paragraph for each block, and a blank line after it.

    >>> visible_text("<p>I am<br>s&ouml; <b>happy</b><script>x()</script></p>bye")
    'I am\\n\\nsö happy\\n\\nbye'
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    blocks = (" ".join("".join(block).split()) for block in reader.blocks)
    return "\n\n".join(filter(None, blocks))


def is_markup(text: str) -> bool:
    """Whether `text` is HTML, and not words that hold a "<" or ask about a tag.

    >>> is_markup("I <3 you, 1 < 2"), is_markup("<p>Hello</p>")
    (False, True)
    """
    return bool(MARKUP.search(text[:LOOKED_AT]))


def charset(data: bytes) -> str:
    """The encoding that a page's <meta> names, "" where none does."""
    match = CHARSET.search(data[:CHARSET_BYTES])
    return match[1].decode("ascii") if match else ""


class _Reader(HTMLParser):
    """Gathers the text of each block in `blocks`; `hidden` is the element that is not shown, within one."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.blocks = [[]]
        self.hidden, self.depth = "", 0

    def handle_starttag(self, tag, attributes):
        if self.hidden and (tag == "body" or (self.hidden in ("p", "li") and tag in BLOCKS)):
            self.hidden = ""  # browsers end <head>, <p> and <li> by themselves
        if tag in BLOCKS:
            self.blocks.append([])
        if self.hidden:
            self.depth += tag == self.hidden
        elif tag not in EMPTY and (tag in UNSEEN or _is_hidden(dict(attributes))):
            self.hidden, self.depth = tag, 1

    def handle_startendtag(self, tag, attributes):
        """<br/>; of <div/> the stroke is ignored, as browsers do."""
        self.handle_starttag(tag, attributes)
        if tag in UNSEEN and tag == self.hidden:  # <svg/> and the like really end there
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag in BLOCKS:
            self.blocks.append([])
        if self.hidden == tag:
            self.depth -= 1
            self.hidden = tag if self.depth else ""

    def handle_data(self, data):
        if not self.hidden:
            self.blocks[-1].append(data)


def _is_hidden(attributes):
    return "hidden" in attributes or bool(HIDING.search(attributes.get("style") or ""))
