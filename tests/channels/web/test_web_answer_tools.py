"""What a citizen can do with an answer: copy, print, pass on; and how a question is said, not typed."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page, expect

# Chromium without a window has no one to ask, nor a service that listens: the browser's part is played.
SHARES = "navigator.share = async (what) => { window.shared = what; };"
NO_SHARE = "delete Navigator.prototype.share;"
CLIPBOARD = (
    "Object.defineProperty(navigator, 'clipboard', "
    "{ value: { writeText: async (words) => { window.copied = words; } } });"
)
LISTENS = """
window.SpeechRecognition = window.webkitSpeechRecognition = class {
  start() {
    window.heard = this;
  }
  stop() {
    this.onend();
  }
};
"""
DEAF = "delete window.SpeechRecognition; delete window.webkitSpeechRecognition;"


async def answered(page: Page, gateway: Any, *scripts: str) -> None:
    for script in scripts:
        await page.add_init_script(script)
    await page.goto(gateway.url)
    await page.get_by_label("Câu hỏi của anh/chị").fill("làm khai sinh cần gì")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.theirs")).to_have_count(1)


async def test_a_copied_answer_has_its_words_and_its_source(page: Page, gateway: Any) -> None:
    await answered(page, gateway, CLIPBOARD)
    await page.get_by_role("button", name="Sao chép").click()
    await expect(page.locator("#state")).to_contain_text("Đã sao chép")
    copied = await page.evaluate("window.copied")
    assert copied.startswith("Đăng ký khai sinh\n\nGiấy tờ cần chuẩn bị:\n✓ Tờ khai")
    assert "Nguồn: 1.001193, QĐ 163/QĐ-BTP, kiểm tra 07/2026" in copied
    assert copied.endswith("https://dichvucong.gov.vn/1.001193")


async def test_an_answer_is_passed_on_with_a_link_that_opens_its_procedure(page: Page, gateway: Any) -> None:
    await answered(page, gateway, SHARES)
    await page.get_by_role("button", name="Gửi cho người khác").click()
    shared = await page.evaluate("window.shared")
    assert shared["url"] == f"{gateway.url}/?thu-tuc=1.001193"
    assert "Tờ khai" in shared["text"]


async def test_where_the_browser_cannot_pass_on_the_answer_is_copied(page: Page, gateway: Any) -> None:
    await answered(page, gateway, NO_SHARE, CLIPBOARD)
    await page.get_by_role("button", name="Gửi cho người khác").click()
    await expect(page.locator("#state")).to_contain_text("dán vào Zalo")
    assert f"{gateway.url}/?thu-tuc=1.001193" in await page.evaluate("window.copied")


async def test_a_dossiers_link_leads_to_no_dossier(page: Page, gateway: Any) -> None:
    await answered(page, gateway, SHARES)
    await page.get_by_label("Câu hỏi của anh/chị").fill("hồ sơ đến đâu")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Gửi cho người khác").nth(1).click()
    assert "url" not in await page.evaluate("window.shared")


async def test_one_answer_is_printed_with_its_source_and_the_day(page: Page, gateway: Any) -> None:
    await answered(page, gateway, "window.print = () => {};")
    await page.get_by_label("Câu hỏi của anh/chị").fill("thế bao lâu")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.theirs")).to_have_count(2)
    # What the browser does between its two events; the page is looked at in between.
    await page.evaluate(
        """() => {
        window.print = () => {
          dispatchEvent(new Event("beforeprint"));
          const parts = ".message, .stamp, .sources, .rating, .bottom, .start";
          window.onPaper = [...document.querySelectorAll(parts)]
            .filter((node) => node.checkVisibility())
            .map((node) => node.className);
          window.stamp = document.querySelector(".stamp").textContent;
        };
      }"""
    )
    await page.emulate_media(media="print")
    await page.locator(".tool[aria-label=In]").first.evaluate("node => node.click()")
    assert await page.evaluate("window.onPaper") == ["message theirs printing", "sources", "stamp"]
    assert "In từ Một Cửa" in await page.evaluate("window.stamp")
    await page.evaluate("dispatchEvent(new Event('afterprint'))")
    await page.emulate_media(media="screen")
    await expect(page.locator(".stamp")).to_have_count(0)
    await expect(page.locator(".message.theirs")).to_have_count(2)


async def test_what_is_said_comes_into_the_box_to_be_read_before_it_is_sent(page: Page, gateway: Any) -> None:
    await page.add_init_script(LISTENS)
    await page.goto(gateway.url)
    await page.get_by_label("Câu hỏi của anh/chị").fill("tôi muốn")
    speak = page.get_by_role("button", name="Nói thay gõ")
    await speak.click()
    await expect(speak).to_have_attribute("aria-pressed", "true")
    assert await page.evaluate("window.heard.lang") == "vi-VN"
    await page.evaluate("window.heard.onresult({ results: [[{ transcript: 'làm khai sinh' }]] })")
    await speak.click()
    await expect(speak).to_have_attribute("aria-pressed", "false")
    await expect(page.get_by_label("Câu hỏi của anh/chị")).to_have_value("tôi muốn làm khai sinh")
    await page.reload()
    await expect(page.get_by_label("Câu hỏi của anh/chị")).to_have_value("tôi muốn làm khai sinh")
    assert gateway.rasa.asked == []


async def test_a_forbidden_microphone_is_said_in_plain_words(page: Page, gateway: Any) -> None:
    await page.add_init_script(LISTENS)
    await page.goto(gateway.url)
    await page.get_by_role("button", name="Nói thay gõ").click()
    await page.evaluate("window.heard.onerror({ error: 'not-allowed' }); window.heard.onend();")
    await expect(page.locator("#state")).to_contain_text("cho phép micrô")
    await expect(page.get_by_role("button", name="Nói thay gõ")).to_have_attribute("aria-pressed", "false")


async def test_a_browser_that_cannot_listen_shows_no_microphone(page: Page, gateway: Any) -> None:
    await page.add_init_script(DEAF)
    await page.goto(gateway.url)
    await expect(page.get_by_role("button", name="Gửi", exact=True)).to_be_visible()
    await expect(page.locator("#speak")).to_be_hidden()
