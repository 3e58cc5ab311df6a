"""The page as a file: self-contained, the same every time, readable by eye and by screen reader."""

import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import matplotlib as mpl
import pytest
from markdown import markdown
from tests.reporting import sample

from fairtune.columns import BlockName
from fairtune.reporting.report import render

VOID = {"meta", "link", "br", "hr", "img"}


class Outline(HTMLParser):
    """Collects what the tests ask about; refuses tags that don't nest."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.words: list[str] = []
        self.feed(page)
        assert self.stack == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), tuple(self.stack)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), tuple(self.stack)))

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        if not {"style", "title"} & set(self.stack):
            self.words.append(data)

    def attributes(self, name: str) -> list[str]:
        return [attrs[name] or "" for _, attrs, _ in self.elements if name in attrs]


@pytest.fixture(scope="module")
def page() -> str:
    return render(sample.evidence())


@pytest.fixture(scope="module")
def outline(page) -> Outline:
    return Outline(page)


def test_a_model_that_is_told_who_listeners_are_says_so_and_no_other_does(page):
    chosen = sample.parameters()
    blocks = (*chosen.matrix.blocks, BlockName.COUNTRY, BlockName.AGE_BAND)
    told = sample.evidence(params=replace(chosen, matrix=replace(chosen.matrix, blocks=blocks)))
    warning = "It learns from listeners&#39; countries and listeners&#39; age: people may get what others"
    assert warning in render(told)
    assert "It learns from listeners" not in page


def test_the_same_evidence_gives_the_same_bytes_whatever_matplotlib_was_told_before(page):
    with mpl.rc_context({"font.size": 31, "svg.fonttype": "path", "axes.edgecolor": "red"}):
        assert render(sample.evidence()) == page


def test_the_page_loads_nothing_and_is_small(page, outline):
    assert len(page.encode()) < 2_000_000
    loaded = [tag for tag, _, _ in outline.elements if tag in {"script", "img", "iframe", "object", "base"}]
    assert loaded == []
    references = outline.attributes("href") + outline.attributes("src") + outline.attributes("xlink:href")
    assert [link for link in references if not link.startswith(("#", "data:,"))] == []
    assert re.findall(r"@import|url\((?!#)", page) == []


def test_every_reference_leads_to_one_element(page, outline):
    ids = outline.attributes("id")
    assert len(ids) == len(set(ids))
    links = [link[1:] for link in outline.attributes("href") + outline.attributes("xlink:href")]
    named = outline.attributes("aria-labelledby") + re.findall(r"url\(#([^)]*)\)", page)
    assert set(named) | {link for link in links if link} - {"ata:,"} <= set(ids)


def test_pictures_take_every_colour_from_the_page_so_that_dark_mode_works(page):
    pictures = re.findall(r'<svg class="picture".*?</svg>', page, flags=re.DOTALL)
    assert pictures
    assert [colour for picture in pictures for colour in re.findall(r"#[0-9a-f]{6}\b", picture)] == []
    used = set(re.findall(r"var\((--[\w-]+)\)", page))
    for scheme in re.findall(r":root \{(.*?)\}", page, flags=re.DOTALL):
        assert used <= set(re.findall(r"(--[\w-]+):", scheme))


def test_every_picture_has_a_spoken_text_a_sentence_and_a_table(outline):
    pictures = [attrs for tag, attrs, _ in outline.elements if tag == "svg" and attrs.get("role") == "img"]
    captions = [tag for tag, _, _ in outline.elements if tag == "figcaption"]
    tables = [tag for tag, _, inside in outline.elements if tag == "table" and "details" in inside]
    assert len(pictures) == len(captions) == len(tables) > 10
    assert all(len(attrs["aria-label"] or "") > 40 for attrs in pictures)


def test_headings_go_down_one_level_at_a_time(outline):
    levels = [int(tag[1]) for tag, _, _ in outline.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_groups_models_and_measures_are_named_in_words(outline):
    text = " ".join(outline.words)
    codes = (
        r"item_knn|tutorial_als|bias_als|age_band|\bdp@|\beo@|\b[mf]\b|18-24|50\+|None|nan\b|Markup"
        r"|\b(US|NL)\b|tail_share|mainstreamness|own_region"
    )
    assert re.findall(codes, text) == []
    named = ("Women", "18 to 24", "50 and over", "Long tail", "item-to-item similarity", "Netherlands")
    for words in (*named, "third of listeners furthest from the mainstream"):
        assert words in text


def test_what_the_data_set_lacks_is_left_out():
    figures = sample.metrics()
    del figures["fairness"]["listeners"]["gender"]
    page = render(sample.evidence(metrics=figures))
    assert "Listeners by age" in page
    assert "Listeners by gender" not in page
    assert "Nothing is known of listeners' gender" in " ".join(Outline(page).words)


def test_a_page_without_any_figure_still_says_why_nothing_is_released():
    page = render(sample.evidence(metrics={"target": "track"}, validation={}, about={}))
    Outline(page)
    assert "Not to be released: 6 of 6 limits are broken" in page
    assert "no figure" in page


def test_undefined_figures_are_named_as_such():
    figures = sample.metrics()
    figures["ranking"]["als"]["recall@10"] = {"value": None, "low": None, "high": None}
    figures["fairness"]["providers"]["region"]["eo@10"]["groups"]["unknown"]["rate"]["value"] = None
    assert "not computed" in render(sample.evidence(metrics=figures))


def test_text_from_data_is_escaped_on_the_page_and_in_pictures():
    figures = sample.metrics()
    regions = figures["fairness"]["providers"]["region"]
    for measure in (regions["dp@10"], regions["eo@10"]):
        measure["groups"]["<i>Narnia</i>"] = measure["groups"].pop("other Europe")
    page = render(
        sample.evidence(metrics=figures, about={**sample.ABOUT, "citation": "<script>alert(1)</script>"})
    )
    Outline(page)
    assert "<script" not in page
    assert "<i>" not in page
    assert "&lt;i&gt;Narnia" in page


def test_the_markdown_to_copy_says_what_the_page_says(page):
    copied = html.unescape(re.search(r'<pre class="copy"[^>]*>(.*?)</pre>', page, re.DOTALL)[1])
    shown = Outline(markdown(copied, extensions=["tables"]))
    evidence = sample.evidence()
    said = "".join(shown.words)
    assert evidence.params.report.title in said
    assert sum(tag == "table" for tag, *_ in shown.elements) == 2
    assert len(re.findall(r"\b(?:kept|broken)\b", said)) >= len(evidence.verdict.gates)
    for number in re.findall(r"<b>(.*?)</b> ", page.partition("</main>")[0]):
        assert html.unescape(number) in said
