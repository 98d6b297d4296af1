"""axe-core in a page of Chromium."""

from __future__ import annotations

from importlib.resources import files

from playwright.async_api import Frame, Page

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags } });
  const told = ({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`);
  return found.violations.flatMap(told);
}"""


async def faults(page: Page | Frame) -> list[str]:
    """What axe-core finds. Playwright evaluates beside the page, where its policy does not reach."""
    await page.evaluate(AXE)
    found: list[str] = await page.evaluate(RUN, RULES)
    return found
