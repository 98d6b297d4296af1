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
    await expect(page.locator(".card")).to_have_text("Có kết quả ngay trong ngày.", timeout=30_000)
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
