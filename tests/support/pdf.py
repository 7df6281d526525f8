"""PDF documents for tests, written by hand."""

import io
import zlib


def pdf(*pages, packed=False):
    """Return a PDF document: of each page the lines, 14 points apart; None: a page whose content is damaged."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        kids.append(f"{len(objects) + 1} 0 R")
        resources = b"/Resources << /Font << /F1 3 0 R >> >> /MediaBox [0 0 612 792]"
        contents = f"{len(objects) + 2} 0 R".encode()
        objects.append(b"<< /Type /Page /Parent 2 0 R %b /Contents %b >>" % (resources, contents))
        shown = "".join(f"({line}) Tj 0 -14 Td " for line in lines or ())
        content = f"BT /F1 12 Tf 72 720 Td {shown}ET".encode("latin-1")
        kind = b"/Filter /FlateDecode " if packed or lines is None else b""
        content = b"\x01\x02damaged" if lines is None else zlib.compress(content) if packed else content
        objects.append(b"<< %b/Length %d >>\nstream\n%b\nendstream" % (kind, len(content), content))
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    data, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\n" % (size, table, size)
    return data + end + b"startxref\n%d\n%%%%EOF\n" % len(data)


def locked(data, user, owner="owner"):
    """Return the document `data` encrypted with these passwords."""
    from pypdf import PdfReader, PdfWriter

    writer, stream = PdfWriter(PdfReader(io.BytesIO(data))), io.BytesIO()
    writer.encrypt(user, owner, algorithm="RC4-128")
    writer.write(stream)
    return stream.getvalue()
