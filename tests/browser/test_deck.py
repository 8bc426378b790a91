"""One deck, opened from the disk and stepped through to its end with the keyboard."""

from workshop.browser import checks, chromium


def test_a_deck_is_stepped_through_to_its_end(page, deck, screenshot):
    asked, errors = chromium.watched(page)
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(deck.as_uri())
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    total = page.evaluate("Reveal.getTotalSlides()")
    assert total >= 20
    seen, faults = [], []
    for _ in range(5 * total):  # slides and their fragments
        place = page.evaluate("Reveal.getSlidePastCount()")
        if place not in seen:
            seen.append(place)
            assert page.evaluate("Reveal.getSlideNotes()").strip(), (
                f"slide {place + 1} has no notes"
            )
        if page.evaluate("Reveal.isLastSlide() && !Reveal.availableFragments().next"):
            break
        screenshot(page, f"deck-{place + 1:02d}")
        page.keyboard.press("ArrowRight")
        faults += checks.overflowing(page)
    screenshot(page, f"deck-{total:02d}")
    assert seen == list(range(total))
    last = page.locator("section.present .slide").last
    assert last.locator("h2").inner_text() == "What we claim" and last.locator("li").count() >= 4
    assert not faults
    assert not checks.undecoded(page.locator(".slides"))
    assert not checks.untypeset(page.locator(".slides"), due=10)
    assert not errors and not chromium.left_the_disk(asked)
