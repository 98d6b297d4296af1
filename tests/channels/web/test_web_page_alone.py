"""The chat page in Chromium with a scripted Rasa: what is hard to bring about in the whole stack."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page, expect


async def ask(page: Page, question: str) -> None:
    await page.get_by_label("Câu hỏi của anh/chị").fill(question)
    await page.keyboard.press("Enter")


async def test_the_empty_page_offers_six_life_events_and_the_dossier_look_up(
    page: Page, gateway: Any
) -> None:
    await page.goto(gateway.url)
    buttons = page.locator("#start button")
    expected = ["Sinh con", "Kết hôn", "Chuyển nhà", "Làm căn cước", "Mở quán", "Xây nhà", "Tra cứu hồ sơ"]
    assert [title.strip() for title in await buttons.all_inner_texts()] == expected
    await page.get_by_role("button", name="Kết hôn").click()
    await expect(page.locator(".message.theirs")).to_have_count(1)
    await expect(page.locator("#start")).to_be_hidden()
    assert "kết hôn" in gateway.rasa.asked[0]


async def test_a_card_shows_every_kind_of_section(page: Page, gateway: Any) -> None:
    await page.goto(gateway.url)
    await ask(page, "làm khai sinh cần gì")
    card = page.locator(".card")
    await expect(card.locator("h2")).to_have_text("Đăng ký khai sinh")
    await expect(card.locator(".checklist input")).to_have_count(2)
    await expect(card.locator("ol li")).to_have_count(2)
    await expect(card.locator("td")).to_have_count(2)
    source = card.locator(".sources")
    await expect(source).to_contain_text("Nguồn: 1.001193, QĐ 163/QĐ-BTP, kiểm tra 07/2026 · Xem trên Cổng")
    assert "noopener" in (await source.locator("a").get_attribute("rel") or "")


async def test_of_several_sources_the_first_is_shown_in_one_line_and_its_doubt_below(
    page: Page, gateway: Any
) -> None:
    await page.goto(gateway.url)
    await ask(page, "lệ phí bao nhiêu")
    lines = page.locator(".sources p")
    await expect(lines).to_have_text(
        [
            "Nguồn: 2.000635, QĐ 163/QĐ-BTP, kiểm tra 07/2026 · Xem trên Cổng",
            "Cần kiểm tra lại: Thông tư 117/2026/TT-BTC",
        ]
    )
    colours = await lines.evaluate_all("nodes => nodes.map((node) => getComputedStyle(node).color)")
    assert colours[0] != colours[1]


async def test_an_amount_and_a_document_number_are_never_torn_but_can_be_copied(
    page: Page, gateway: Any
) -> None:
    await page.goto(gateway.url)
    await ask(page, "lệ phí bao nhiêu")
    text = page.locator(".card .text")
    # Not inner_text: it would show the blank that does not break as any other.
    shown = await text.evaluate("node => node.textContent")
    assert shown == "Bản sao: 8.000\u00a0đồng/bản theo Thông tư 117/2026/TT-BTC."
    number = text.locator(".whole")
    await page.evaluate("document.querySelector('.card').style.width = '9rem'")
    boxes = await number.evaluate("node => node.getClientRects().length")
    assert boxes == 1


async def test_a_short_text_makes_a_small_card_on_a_wide_screen(page: Page, gateway: Any) -> None:
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.goto(gateway.url)
    await ask(page, "tôi có hai việc")
    await expect(page.locator(".card")).to_have_count(2)
    long, short = [await page.locator(".card").nth(n).bounding_box() for n in (0, 1)]
    assert long
    assert short
    assert long["width"] > 600
    assert short["width"] < 350


async def test_papers_for_special_cases_are_folded_when_they_are_many(page: Page, gateway: Any) -> None:
    await page.goto(gateway.url)
    await ask(page, "có 2 trường hợp")
    few = page.locator(".card").nth(0)
    await expect(few.get_by_label("Giấy 2")).to_be_visible()
    await ask(page, "có 4 trường hợp")
    many = page.locator(".card").nth(1)
    await expect(many.get_by_label("Tờ khai")).to_be_visible()
    await expect(many.get_by_label("Giấy 4")).to_be_hidden()
    summary = many.locator("summary")
    await expect(summary).to_have_text("Trường hợp riêng (4)")
    await summary.focus()
    await page.keyboard.press("Enter")
    await many.get_by_label("Giấy 4").check()
    await page.reload()
    await expect(many.get_by_label("Giấy 4")).to_be_checked()
    await expect(many.get_by_label("Giấy 1")).to_be_visible()


async def test_printing_shows_what_is_folded_and_folds_it_again(page: Page, gateway: Any) -> None:
    await page.goto(gateway.url)
    await ask(page, "có 4 trường hợp")
    await expect(page.locator(".cases summary")).to_be_visible()
    await expect(page.get_by_label("Giấy 4")).to_be_hidden()
    await page.evaluate(
        "addEventListener('beforeprint', () => { window.printed = document.querySelector('.cases').open; })"
    )
    await page.pdf()
    assert await page.evaluate("window.printed") is True
    await expect(page.get_by_label("Giấy 4")).to_be_hidden()


async def test_the_start_page_is_even_and_its_name_unbroken_on_a_phone(page: Page, gateway: Any) -> None:
    for width in (360, 390):
        await page.set_viewport_size({"width": width, "height": 800})
        await page.goto(gateway.url)
        await page.evaluate("document.fonts.ready")
        measure = "nodes => nodes.map((node) => Math.round(node.getBoundingClientRect().height))"
        assert len(set(await page.locator(".tasks button").evaluate_all(measure))) == 1
        (height,) = await page.locator(".top h1 span").evaluate_all(measure)
        assert height < 30  # one line


async def test_a_ticked_paper_stays_ticked_after_a_reload(page: Page, gateway: Any) -> None:
    await page.goto(gateway.url)
    await ask(page, "làm khai sinh cần gì")
    await page.get_by_label("Giấy chứng sinh").check()
    await expect(page.locator(".count").first).to_have_text("đã có 1/2")
    await page.reload()
    await expect(page.get_by_label("Giấy chứng sinh")).to_be_checked()
    await expect(page.get_by_label("Tờ khai")).not_to_be_checked()


async def test_messages_typed_while_the_gateway_is_down_survive_a_restart_of_gateway_and_tab(
    page: Page, gateway: Any
) -> None:
    await page.goto(gateway.url)
    await ask(page, "làm khai sinh cần gì")
    await expect(page.locator(".message.theirs")).to_have_count(1)
    await gateway.stop()
    await expect(page.locator("#state")).to_contain_text("Đang kết nối lại")
    await ask(page, "thế bao lâu")
    await ask(page, "tôi có hai việc")
    await expect(page.locator(".message.waiting")).to_have_count(2)
    await page.get_by_label("Câu hỏi của anh/chị").fill("câu viết dở")
    await gateway.start()
    await page.reload()
    await expect(page.locator(".message.theirs")).to_have_count(4, timeout=20_000)
    assert await page.locator(".bubble").all_inner_texts() == [
        "làm khai sinh cần gì",
        "thế bao lâu",
        "tôi có hai việc",
    ]
    await expect(page.get_by_label("Câu hỏi của anh/chị")).to_have_value("câu viết dở")
    assert len(gateway.rasa.asked) == 3


async def test_the_page_comes_back_by_itself_after_a_gateway_restart(page: Page, gateway: Any) -> None:
    await page.goto(gateway.url)
    await ask(page, "làm khai sinh cần gì")
    await expect(page.locator(".message.theirs")).to_have_count(1)
    await gateway.restart()
    await ask(page, "thế bao lâu")
    await expect(page.locator(".message.theirs")).to_have_count(2, timeout=20_000)
    await expect(page.locator("#state")).to_be_empty()
    await expect(page.locator(".message.mine")).to_have_count(2)


async def test_a_lost_cookie_is_renewed_without_losing_what_is_typed(page: Page, gateway: Any) -> None:
    await page.goto(gateway.url)
    await ask(page, "làm khai sinh cần gì")
    await expect(page.locator(".message.theirs")).to_have_count(1)
    await gateway.stop()
    await page.context.clear_cookies()
    await ask(page, "thế bao lâu")
    await gateway.start()
    await expect(page.locator(".card .text")).to_have_text("Có kết quả ngay trong ngày.", timeout=30_000)
    assert await page.locator(".bubble").all_inner_texts() == ["thế bao lâu"]


async def test_enter_that_ends_a_composed_word_does_not_send(page: Page, gateway: Any) -> None:
    await page.goto(gateway.url)
    text = page.get_by_label("Câu hỏi của anh/chị")
    await text.fill("khai sinh")
    await text.evaluate(
        "n => n.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    await text.press("Shift+Enter")
    await expect(text).to_have_value("khai sinh\n")
    await expect(page.locator(".message")).to_have_count(0)


async def test_a_text_that_is_too_long_stays_in_the_box(page: Page, gateway: Any) -> None:
    await page.goto(gateway.url)
    await ask(page, "ộ" * 12_001)
    await expect(page.locator("#state")).to_contain_text("dài quá")
    assert len(await page.get_by_label("Câu hỏi của anh/chị").input_value()) == 12_001


async def test_the_text_grows_when_asked_and_stays_so(page: Page, gateway: Any) -> None:
    await page.goto(gateway.url)
    size = "parseFloat(getComputedStyle(document.body).fontSize)"
    assert await page.evaluate(size) == 17
    await page.get_by_label("Chữ to").click()
    await page.reload()
    assert await page.evaluate(size) == 21
    await expect(page.get_by_label("Chữ to")).to_have_attribute("aria-pressed", "true")


async def test_the_shipped_font_is_used_for_vietnamese(page: Page, gateway: Any) -> None:
    await page.goto(gateway.url)
    await page.wait_for_function("document.fonts.check('17px \"Be Vietnam Pro\"', 'Ộ')")
    loaded = "[...document.fonts].filter((face) => face.status === 'loaded').length"
    assert await page.evaluate(loaded) >= 2
