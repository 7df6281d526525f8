"""The page of one result: player, timeline, selection, words, people, pictures, and what is taken away."""

import csv
import io
import shutil
from dataclasses import replace

import pytest

from source.combined.results.report import page as report_page
from source.core import config
from source.results.annotations import read_annotations
from source.results.attribution import attribution_text
from source.results.prediction import Prediction, Reading
from source.results.timeline import mean_probabilities, non_overlapping
from source.results.video_timeline import merged_segments_of, unimodal_segments
from tests.support.browser import obstacles
from tests.support.video_predictions import shares, toy_prediction
from tests.support.web import LABELS, write_result
from tests.web.browser.conftest import PATIENCE_MS

CLIP = config.INPUT_FOLDER / "demo_clip.mp4"  # 16.6 s, 640x360
READ_IN_PAGE = """async ([prediction, from, to, without]) => {
    const readings = await import('/static/lib/readings.js')
    const parts = readings.parts(prediction.readings), limit = prediction.not_sure_below
    const told = ({begin, end, reading}) => [
        begin, end, reading.emotion, reading.confidence, readings.attributionText(reading)]
    const spoken = ({begin, end, reading: {modalities, person}}) => (
        {begin, end, reading: readings.readingOf(modalities.audio, limit, {person})})
    const voice = readings.runs(readings.withoutPauses(parts.map(spoken), prediction.pauses), limit)
    const {probabilities, seconds} = readings.meanOf(parts, limit, {from, to, without})
    return {runs: readings.runs(parts, limit).map(told), voice: voice.map(told), probabilities, seconds}
}"""
COUNTED = """async () => {
    const strips = document.querySelector('.strips'), steps = 100
    let changes = 0, drawn = 0
    strips.focus()
    for (const canvas of strips.querySelectorAll('canvas')) canvas.getContext('2d').clearRect = () => drawn++
    const count = seen => { for (const {addedNodes} of seen) changes += addedNodes.length + 1 }
    new MutationObserver(count).observe(
        document.body, {subtree: true, childList: true, attributes: true, characterData: true})
    for (let step = 0; step < steps; step++) {
        strips.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true}))
        await new Promise(requestAnimationFrame)
    }
    return [changes / steps, drawn]
}"""
PAINTED = """canvas => {
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    return data.some((value, at) => at % 4 === 3 && value)
}"""


@pytest.fixture
def show(site, address, open_page):
    """Open the page of a prediction; files: its other files."""

    def shown(prediction: Prediction, name: str = "result", *, media=None, where: str = "", **how):
        folder = write_result(site.folder / name, prediction)
        if media:
            shutil.copy(media, folder / f"original{media.suffix}")
        page = open_page(f"{address}#/result/{site.library.id_of(folder)}{where}", **how)
        page.wait_for_selector(".result-head")
        return page

    return shown


def until(page, condition: str) -> None:
    """Wait until it holds; Playwright's own way needs `eval`, which the page's policy forbids."""
    for _ in range(PATIENCE_MS // 50):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it never came that {condition}")


def film(seconds: float = 16.6) -> Prediction:
    return replace(toy_prediction(seconds, source="clip.mp4"), size=(640, 360))


def letter(*texts: str) -> Prediction:
    words = [Reading(shares("happy", 2.0, LABELS), text=text, sentiment=0.5,
                     word_attribution=tuple((word, 0.3) for word in text.split())) for text in texts]  # fmt: skip
    return Prediction("letter.txt", "text", LABELS, tuple(words), overall=words[0])


def at_cursor(page) -> str:
    return page.locator(".at-cursor .answer").inner_text()


def place(page, seconds: float) -> tuple[float, float]:
    """Where a time of the 16.6 s lies on the screen."""
    page.locator(".strips").scroll_into_view_if_needed()
    box = page.locator(".strips canvas").first.bounding_box()
    return box["x"] + box["width"] * seconds / 16.6, box["y"] + 10


def test_it_reads_as_the_files_do(show):
    prediction = film(60.0)
    page = show(prediction)
    begin, end, without = 7.3, 31.0, [[10.0, 14.0], [12.0, 15.5]]
    found = page.evaluate(READ_IN_PAGE, [prediction.to_dict(), begin, end, without])

    def told(part):
        answer = (part.emotion, pytest.approx(part.confidence), attribution_text(part))
        return [pytest.approx(part.start_seconds), pytest.approx(part.end_seconds), *answer]

    assert found["runs"] == [told(part) for part in merged_segments_of(prediction)]
    voice = [part for part in unimodal_segments(prediction, "audio")]
    assert [row[:4] for row in found["voice"] if row[3]] == [told(part)[:4] for part in voice if part.probabilities]
    kept = [(max(a, begin), min(b, end)) for a, b in ((0, 10.0), (15.5, 60.0))]
    parts = [(min(part.end_seconds, b) - max(part.start_seconds, a), part)
             for part in non_overlapping(prediction.readings) for a, b in kept]  # fmt: skip
    parts = [(seconds, part) for seconds, part in parts if seconds > 0]
    mean = mean_probabilities([part for _, part in parts], [seconds for seconds, _ in parts])
    assert found["probabilities"] == pytest.approx(mean)
    assert found["seconds"] == pytest.approx(sum(seconds for seconds, _ in parts))


def test_film_and_timeline_go_together(show, shoot):
    prediction = film()
    page = show(prediction, media=CLIP)
    until(page, "document.querySelector('video').readyState >= 1")
    page.mouse.click(*place(page, 9.0))
    until(page, "Math.abs(document.querySelector('video').currentTime - 9) < 0.1")
    reading = next(part for part in non_overlapping(prediction.readings) if part.end_seconds > 9.0)
    assert reading.summary.split()[0] in at_cursor(page)
    until(page, f"({PAINTED})(document.querySelector('canvas.overlay'))")
    face = next(face for face in prediction.faces if face.end_seconds > 9.0 and face.box)
    shown = page.locator("video").evaluate("video => [video.clientWidth, video.clientHeight]")
    fit = min(shown[0] / prediction.size[0], shown[1] / prediction.size[1])
    off = [(face.box[at] + face.box[at + 2] - prediction.size[at]) / 2 * fit for at in (0, 1)]
    page.locator("video").dblclick(position={"x": shown[0] / 2 + off[0], "y": shown[1] / 2 + off[1]})
    assert page.evaluate("document.activeElement.ariaLabel") == f"Name of person {face.person}"
    page.locator(".strips").focus()
    page.evaluate("document.querySelector('video').currentTime = 3")
    until(page, "Math.abs(document.querySelector('.strips').ariaValueNow - 3) < 0.1")
    page.keyboard.press("Space")
    until(page, "!document.querySelector('video').paused && document.querySelector('.strips').ariaValueNow > 3.2")
    page.keyboard.press("Space")
    until(page, "document.querySelector('video').paused")
    page.get_by_role("button", name="Boxes").click()
    assert not page.locator("canvas.overlay").evaluate(PAINTED)
    shoot(page, "result-film")


def test_a_stretch_is_selected_and_zoomed(show):
    prediction = film()
    page = show(prediction)
    page.mouse.move(*place(page, 4.0))
    page.mouse.down()
    page.mouse.move(*place(page, 6.0))
    page.mouse.move(*place(page, 8.0))
    page.mouse.up()
    page.locator(".selection h2", has_text="to 0:08").wait_for()
    parts = [
        (min(part.end_seconds, 8) - max(part.start_seconds, 4), part) for part in non_overlapping(prediction.readings)
    ]
    inside = [(seconds, part) for seconds, part in parts if seconds > 0]
    mean = mean_probabilities([part for _, part in inside], [seconds for seconds, _ in inside])
    bars = page.locator(".selection .bars.charted > span:nth-child(3n)").all_inner_texts()
    assert [int(text.removesuffix("\u00a0%")) for text in bars] == pytest.approx(
        [100 * mean[label] for label in LABELS], abs=2
    )
    visible = "async () => { const c = document.querySelector('.strips .ticks'); return c.innerText }"
    whole = page.evaluate(visible)
    page.get_by_role("button", name="Zoom", exact=True).click()
    until(page, "document.querySelector('.overview').hidden === false")
    assert page.evaluate(visible) != whole
    page.keyboard.press("0")
    until(page, "document.querySelector('.overview').hidden")
    page.locator(".strips").focus()
    page.mouse.move(*place(page, 8.0))
    page.mouse.wheel(0, -600)
    until(page, "document.querySelector('.overview').hidden === false")
    page.keyboard.press("Escape")
    page.locator(".selection").wait_for(state="hidden")


def test_keys_move_select_and_play_without_a_recording(show):
    page = show(film())
    now = "Number(document.querySelector('.strips').ariaValueNow)"
    assert page.locator("video").count() == 0
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(now) == 2
    page.keyboard.press("Shift+ArrowRight")
    page.locator(".selection h2", has_text="0:02.0 to 0:03.0").wait_for()
    page.keyboard.press("Space")
    until(page, f"{now} > 3.3")
    page.keyboard.press("Space")
    stopped = page.evaluate(now)
    page.wait_for_timeout(100)
    assert page.evaluate(now) == stopped
    page.locator(".labels input").first.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("m")
    assert page.evaluate(now) == stopped and page.locator(".marks").is_hidden()


def test_what_the_browser_cannot_play_gives_way_to_the_copy(show, site, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no film at all" * 100)
    (copy := tmp_path / "annotated.mp4").write_bytes(CLIP.read_bytes())
    folder = write_result(site.folder / "copied", film(), annotated__mp4=copy.read_bytes())
    shutil.copy(broken, folder / "original.mp4")
    page = show(film(), where=f"?x={site.library.id_of(folder)}")
    page.evaluate(f"location.hash = '#/result/{site.library.id_of(folder)}'")
    until(
        page,
        "document.querySelector('video[src$=\"annotated.mp4\"]')?.readyState >= 1",
    )
    assert page.get_by_role("button", name="Boxes").count() == 0


def test_words_lead_and_follow(show):
    page = show(film())
    rows = page.locator(".talk li")
    assert rows.count() == len(film().sentences)
    rows.nth(2).get_by_role("button").first.click()
    assert "now" in rows.nth(2).get_attribute("class")
    begin = film().sentences[2].start_seconds
    assert page.evaluate("Number(document.querySelector('.strips').ariaValueNow)") == pytest.approx(begin, abs=0.06)


def test_a_part_of_a_recording_keeps_its_own_times(show, site):
    """The annotated copy begins where the reading did; the page's times are those of the whole recording."""
    prediction = film().shifted(100.0)
    folder = write_result(site.folder / "part", prediction, annotated__mp4=CLIP.read_bytes())
    page = show(film(), where=f"?{folder.name}")
    page.evaluate(f"location.hash = '#/result/{site.library.id_of(folder)}?t=109'")
    until(page, "Math.abs((document.querySelector('video')?.currentTime ?? 0) - 9) < 0.1")
    assert page.locator(".time-now").inner_text().startswith("1:49.0")


def test_boxes_glide_by_time_stamps(show):
    page = show(film())
    frames = (
        "seconds,person,left,top,right,bottom,emotion\n1.0,0,10,10,50,50,happy\n1.4,0,20,10,60,50,happy\n5.0,,,,,,\n"
    )
    face = Reading(shares("happy", 2.0, LABELS), 0, (0, 0, 9, 9), 1.0, 2.0).__dict__ | {"notes": []}
    found = page.evaluate(
        """async ([frames, face]) => {
            const {boxesAt, finerSights, sights} = await import('/static/lib/boxes.js')
            const people = finerSights(frames, sights([face], 0.4))
            const told = ({box, reading}) => [box, reading.emotion]
            return [1.1, 1.4, 3].map(seconds => boxesAt(people, seconds).map(told))
        }""",
        [frames, face],
    )
    assert found == [[[pytest.approx([12.5, 10, 52.5, 50]), "happy"]], [[[20, 10, 60, 50], "happy"]], []]


def test_lanes_are_chosen_and_measures_added(show, site):
    page = show(film())
    (site.folder / "result" / "frames.csv").write_text(
        "seconds,person,left,top,right,bottom,yaw\n0,0,1,1,2,2,5\n9,0,1,1,2,2,-5\n"
    )
    page.reload()
    lane = page.locator(".strips .lane")
    lane.first.wait_for()
    before = lane.count()
    page.locator(".choices summary", has_text="Lanes").click()
    page.get_by_role("checkbox", name="pauses").uncheck()
    page.get_by_label("Lines of what was measured in the face").select_option("yaw")
    lane.filter(has_text="yaw").wait_for()
    assert lane.count() == before and lane.filter(has_text="pauses").count() == 0
    page.reload()
    lane.first.wait_for()
    assert lane.count() == before - 1


@pytest.mark.parametrize("model", ["combined", "audio", "text", "face"])
def test_where_nothing_was_read_the_page_says_so(show, model):
    name, size = ("x.png", (9, 9)) if model == "face" else ("x.txt" if model == "text" else "x.mp4", None)
    seconds = 5.0 if model in ("combined", "audio") else None
    page = show(Prediction(name, model, LABELS, (), size=size, seconds=seconds, notes=("nothing was found",)))
    assert "nothing was found" in page.locator(".result-head").inner_text()
    page.locator(".files").wait_for()


def test_the_report_plays_and_another_script_does_not_run(show, site):
    prediction = film()
    show(prediction)
    folder, report = site.folder / "result", report_page(prediction, {}, "annotated.mp4")
    (folder / "annotated.mp4").write_bytes(CLIP.read_bytes())
    evil = "<script>document.title = 'evil'</script><img src='data:,' onerror='document.title = 1'></main>"
    (folder / "report.html").write_text(report.replace("</main>", evil), encoding="utf-8")
    page = show(prediction, "other", where=f"?{site.library.id_of(folder)}")
    page.watch.allow("Content Security Policy")
    page.evaluate(f"location.hash = '#/result/{site.library.id_of(folder)}'")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Report ↗").click()
    tab = opened.value
    until(tab, "document.querySelector('video')?.readyState >= 1")
    tab.locator(".lanes").click(position={"x": 400, "y": 20})  # by the report's own script
    until(tab, "document.querySelector('video').currentTime > 0.5")
    assert tab.title() not in ("evil", "1")


def test_words_are_corrected_and_read_again(show, site, monkeypatch):
    again = Reading(shares("angry", 4.0, LABELS))

    async def read(model, words):
        return replace(letter(""), overall=again).to_dict()

    page = show(film())
    monkeypatch.setattr(site.more["reader"], "read", read)
    row = page.locator(".talk li").nth(1)
    row.get_by_role("button", name="Correct").click()
    row.get_by_label("Corrected words").fill("I <i>hate</i> this!")
    page.keyboard.press("Enter")
    row.locator(".details", has_text="corrected: ").wait_for()
    page.reload()
    assert (
        "I <i>hate</i> this!" in row.inner_text() and again.summary.split()[0] in row.locator(".details").inner_text()
    )
    assert film().sentences[1].text in row.locator("s").inner_text()  # what was heard stays in sight


def test_what_people_add_is_kept(show, site, shoot):
    prediction = film()
    page = show(prediction)
    for label, value in (("Participant", "P 7"), ("Group", "control"), ("Note", "tired")):
        page.get_by_label(label, exact=True).fill(value)
        page.keyboard.press("Tab")
    page.get_by_label("Name of person 1").fill("Bo")
    page.keyboard.press("Tab")
    page.locator(".strips").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("m")
    page.locator(".marks tbody tr").wait_for()
    page.get_by_label("label", exact=True).fill("joke")
    page.keyboard.press("Tab")
    until(page, "document.querySelector('.strips [title=marks]') && document.activeElement.type === 'checkbox'")
    page.locator(".strips").focus()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("x")
    until(page, "document.querySelectorAll('.marks tbody tr').length === 2")
    counted = page.locator(".result-head", has_text="Without 1 excluded stretch")
    counted.wait_for()
    page.keyboard.press("x")
    until(page, "document.querySelectorAll('.marks tbody tr').length === 1")
    page.get_by_text("Without 1 excluded").wait_for(state="hidden")
    page.reload()
    page.wait_for_selector(".result-head")
    kept = read_annotations(site.folder / "result")
    assert (kept.participant, kept.group, kept.note, kept.names) == ("P 7", "control", "tired", {"1": "Bo"})
    assert [(mark.begin_seconds, mark.end_seconds, mark.label, mark.excluded) for mark in kept.marks] == [
        (1, 1, "joke", False)
    ]
    assert page.get_by_label("Participant").input_value() == "P 7"
    assert page.locator(".strips .lane", has_text="Bo").count() == 1
    shoot(page, "result-marks")


def test_people_agree_or_not(show, tmp_path, shoot):
    (tmp_path / "ann.csv").write_text("begin,end,label\n0,7,happy\n7,14,sad\n")
    page = show(film())
    page.locator(".agreement summary").first.click()
    page.get_by_label("File with marks").set_input_files(tmp_path / "ann.csv")
    row = page.locator(".agreement tbody tr", has=page.get_by_text("ann", exact=True))
    row.wait_for()
    assert page.locator(".strips .lane", has_text="ann").count() == 1
    shoot(page, "result-agreement")
    row.get_by_role("button", name="Forget").click()
    row.wait_for(state="detached")


def test_several_raters_are_taken_at_once(show, tmp_path):
    for name, label in (("ann", "happy"), ("a rater with a long name", "sad")):
        (tmp_path / f"{name}.csv").write_text(f"begin,end,label\n0,7,{label}\n")
    page = show(film(), width=360)
    page.locator(".agreement summary").first.click()
    page.get_by_label("File with marks").set_input_files(sorted(tmp_path.glob("*.csv")))
    page.get_by_text("Krippendorff").wait_for()
    assert page.locator(".agreement table.compact tbody tr").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_exports_come_and_delete_deletes(show, site):
    page = show(film())
    for format in ("ELAN", "ELAN text", "BORIS", "Label Studio", "Praat TextGrid"):
        with page.expect_download() as download:
            page.get_by_role("link", name=format, exact=True).click()
        assert download.value.path().stat().st_size > 100
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.wait_for_url("**/#/results")
    assert not (site.folder / "result").exists()


def test_words_without_times_have_a_page(show, shoot):
    page = show(letter("What a day!", "And <b>you</b> are here."), width=360)
    assert page.locator(".talk li").nth(1).locator(".words").inner_text() == "And <b>you</b> are here."
    assert page.locator(".words mark").count() == 7
    assert page.locator(".files .row a").all_inner_texts() == ["Label Studio"]
    page.keyboard.press("ArrowRight")
    assert "now" in page.locator(".talk li").nth(1).get_attribute("class")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shoot(page, "result-words-360")


def test_a_picture_has_a_page(show, tmp_path, shoot):
    from PIL import Image

    faces = tuple(
        Reading(shares(mood, 2.0, LABELS), at, (20 + 90 * at, 20, 80 + 90 * at, 100))
        for at, mood in enumerate(("happy", "sad"))
    )
    Image.new("RGB", (200, 120), "#888").save(tmp_path / "two.png")
    page = show(Prediction("two.png", "face", LABELS, faces, size=(200, 120)), media=tmp_path / "two.png")
    until(page, f"({PAINTED})(document.querySelector('canvas.overlay'))")
    box = page.locator(".frame img").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 140 / 200, box["y"] + box["height"] * 60 / 120)
    assert page.locator(".person.chosen .answer").inner_text().startswith("sad")
    shoot(page, "result-picture")


def test_every_chart_is_a_picture_and_a_table(show):
    prediction = film()
    page = show(prediction)
    for where, name in (
        (".timeline", "timeline"),
        (".at-cursor .charted-one >> nth=0", "bars"),
        (".at-cursor .charted-one >> nth=1", "circumplex"),
    ):
        with page.expect_download() as download:
            page.locator(where).get_by_role("button", name="PNG").first.click()
        content = download.value.path().read_bytes()
        assert content.startswith(b"\x89PNG") and name in download.value.suggested_filename
    with page.expect_download() as download:
        page.locator(".timeline").get_by_role("button", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    parts = non_overlapping(prediction.readings)
    assert [float(row["begin_seconds"]) for row in rows] == pytest.approx(
        [part.start_seconds for part in parts], abs=1e-3
    )
    assert [float(row["happy"]) for row in rows] == pytest.approx(
        [part.probabilities["happy"] for part in parts], abs=1e-3
    )


def test_the_tables_say_the_same(show):
    prediction = film()
    page = show(prediction)
    page.locator(".tables summary").first.click()
    page.wait_for_selector(".tables tbody tr")
    rows = page.locator(".tables details").first.locator("tbody tr")
    assert rows.count() == len(merged_segments_of(prediction))
    assert [row.split("\t")[1].strip() for row in rows.all_inner_texts()] == [
        part.summary.replace(" %", "\u00a0%") for part in merged_segments_of(prediction)
    ]


@pytest.mark.parametrize(("width", "dark"), [(360, True), (1280, False)])
def test_nobody_is_kept_out(show, shoot, width, dark):
    hostile = "<img src=x onerror=alert(1)>" + "w" * 90 + ".mp4"
    page = show(replace(film(), source=hostile, notes=("a note",)), media=CLIP, width=width, dark=dark)
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_selector(".selection:not([hidden])")
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.wait_for_selector(".tables tbody tr")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("h1").inner_text() == hostile and page.locator("h1 img").count() == 0
    assert obstacles(page) == []
    shoot(page, f"result-{width}")


@pytest.mark.slow
def test_an_hour_is_no_burden(show):
    prediction = toy_prediction(3600.0)
    page = show(prediction)
    until(page, "document.querySelector('.strips canvas').width > 400")
    assert len(prediction.readings) == 3597
    assert page.evaluate("document.querySelectorAll('*').length") < 6000
    moved, drawn = page.evaluate(COUNTED)
    assert moved < 100  # nodes for each step of the cursor
    assert drawn == 0  # strips stay as they are
