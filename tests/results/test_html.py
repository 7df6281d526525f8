"""Pages from templates: one file, everything escaped, no name without a value."""

import base64
import hashlib

import pytest
from jinja2 import UndefinedError

from source.results.html import render_page


def page_of(folder, body, **values):
    (folder / "page.html.j2").write_text(body, encoding="utf-8")
    (folder / "page.css").write_text("p { color: red }", encoding="utf-8")
    (folder / "page.js").write_text("if (1 < 2 && 3) {}", encoding="utf-8")
    return render_page(folder, **values)


def test_values_are_escaped_and_style_and_script_are_not(tmp_path):
    body = "<style>{{ style }}</style><script>{{ script }}</script><p title='{{ text }}'>{{ text }}{{ script_hash }}"
    page = page_of(tmp_path, body, text="</script><img src=x onerror='1'>\x00\ud800")
    assert "p { color: red }" in page and "if (1 < 2 && 3) {}" in page
    assert "<img" not in page and page.count("</script>") == 1 and page.count("\ufffd\ufffd") == 2
    digest = base64.b64encode(hashlib.sha256(b"if (1 < 2 && 3) {}").digest()).decode()
    assert page.endswith(f"sha256-{digest}")


def test_a_name_without_a_value_is_an_error(tmp_path):
    with pytest.raises(UndefinedError):
        page_of(tmp_path, "{{ misspelt }}")
