// Parses and renders cards with Microsoft's own library; prints a line of JSON per card with what it complains of.
"use strict";

const { JSDOM } = require("jsdom");
const dom = new JSDOM("<!DOCTYPE html><body></body>", { pretendToBeVisual: true });
Object.assign(globalThis, { window: dom.window, document: dom.window.document });
for (const name of Object.getOwnPropertyNames(dom.window)) {
  if (/^(HTML.*|Node|Element|MutationObserver)$/.test(name)) globalThis[name] = dom.window[name];
}

// jsdom lays nothing out, so it has no innerText, by which the library writes TextRuns and buttons.
Object.defineProperty(dom.window.HTMLElement.prototype, "innerText", {
  get() { return this.textContent; },
  set(text) { this.textContent = text; },
});

const AdaptiveCards = require("adaptivecards/dist/adaptivecards.js");
const markdownIt = require("markdown-it");
const teams = require("adaptivecards-designer/lib/hostConfigs/microsoft-teams-light.json");

AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = markdownIt().render(text);
  result.didProcess = true;
};

function judge(payload) {
  const card = new AdaptiveCards.AdaptiveCard();
  card.hostConfig = new AdaptiveCards.HostConfig(teams.hostConfig || teams);
  const context = new AdaptiveCards.SerializationContext();
  card.parse(payload, context);
  const events = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message);
  const failures = card.validateProperties().validationEvents.map((event) => event.message);
  const rendered = card.render();
  document.body.replaceChildren(rendered);
  return {
    complaints: [...events, ...failures],
    text: rendered.textContent,
    buttons: [...rendered.querySelectorAll("button")].map((button) => button.textContent),
    markup: [...rendered.querySelectorAll("a, strong, em, code, img, ol, ul, h1")].map((node) => node.outerHTML),
  };
}

const input = require("fs").readFileSync(0, "utf8");
for (const line of input.split("\n").filter(Boolean)) {
  console.log(JSON.stringify(judge(JSON.parse(line))));
}
