// What shows widgets on the pages of the book with no kernel: tools/build.py bundles it into _static/vendor/widgets.js.
//
// A page carries the state of all its widgets in one script tag, and a view tag where each of them stands. This is
// @jupyter-widgets/html-manager, whose bundle is 0.9 MB, without what no page needs: an AMD loader with a CDN behind
// it, ipywidgets 7, icons, notebook outputs rendered by JupyterLab.
import * as base from "@jupyter-widgets/base";
import { ManagerBase } from "@jupyter-widgets/base-manager";
import * as controls from "@jupyter-widgets/controls";
import { Widget } from "@lumino/widgets";
import * as output from "./output.js";
import "@lumino/widgets/style/index.css";
import "@jupyter-widgets/controls/css/widgets-base.css";
import "@jupyter-widgets/controls/css/labvariables.css";

const modules = {
  "@jupyter-widgets/base": base,
  "@jupyter-widgets/controls": controls,
  "@jupyter-widgets/output": output,
};

// anywidget's file, loaded after this one, says define(["@jupyter-widgets/base"], ...): the only AMD module of a page.
window.define = (_, make) => (modules.anywidget = make(base));

const silent = { on_close() {}, on_msg() {}, close() {}, send: () => "" };

class PageManager extends ManagerBase {
  async loadClass(name, module, version) {
    const found = modules[module]?.[name];
    if (!found) throw new Error(`tools/widgets.js knows no ${name} of ${module} ${version}: add the module to it`);
    return found;
  }

  async _create_comm() {
    return silent;
  }

  async _get_comm_info() {
    return {};
  }

  async show(model, place) {
    const view = await this.create_view(model);
    Widget.attach(view.luminoWidget, place);
    const resized = () => view.processLuminoMessage({ type: "resize", width: -1, height: -1 });
    window.addEventListener("resize", resized);
    view.once("remove", () => window.removeEventListener("resize", resized));
  }
}

// ipywidgets typesets labels with MathJax 2's queue; the page has MathJax 3, so hand the labels over.
window.MathJax = window.MathJax || {};
window.MathJax.Hub = {
  Queue: (...calls) =>
    calls.forEach((call) => Array.isArray(call) && call[0] === "Typeset" && window.MathJax.typesetPromise?.([call[2]])),
  Config() {},
  Configured() {},
};

// A slider of ipywidgets has a label beside it that its handle does not know of: name the handle by it.
function nameHandles() {
  for (const handle of document.querySelectorAll(".noUi-handle:not([aria-label])")) {
    const label = handle.closest(".jupyter-widgets")?.querySelector(".widget-label")?.textContent;
    if (label) handle.setAttribute("aria-label", label);
  }
}

// What a link to a moment of this page calls each widget (widgets/address.js): price, and a second one price-2.
function nameModels(models) {
  const seen = {};
  for (const model of new Set(models)) {
    const kind = model.get("_anywidget_id")?.split(".").pop().toLowerCase();
    if (!kind) continue;
    seen[kind] = (seen[kind] ?? 0) + 1;
    model.set("page_key", seen[kind] > 1 ? `${kind}-${seen[kind]}` : kind);
  }
}

async function showAll() {
  const manager = new PageManager();
  for (const tag of document.querySelectorAll("script[type='application/vnd.jupyter.widget-state+json']")) {
    await manager.set_state(JSON.parse(tag.textContent));
  }
  const views = [...document.querySelectorAll("script[type='application/vnd.jupyter.widget-view+json']")];
  const models = await Promise.all(views.map((tag) => manager.get_model(JSON.parse(tag.textContent).model_id)));
  nameModels(models);
  await Promise.all(
    views.map(async (tag, i) => {
      const place = document.createElement("div");
      place.className = "widget-subarea";
      tag.before(place);
      await manager.show(models[i], place);
    }),
  );
  nameHandles();
  new MutationObserver(nameHandles).observe(document.documentElement, { childList: true, subtree: true });
}

const style = document.createElement("link");
Object.assign(style, { rel: "stylesheet", href: document.currentScript.src.replace(/\.js(\?.*)?$/, ".css") });
document.head.prepend(style); // before the book's own styles, which have the last word
document.addEventListener("DOMContentLoaded", showAll);
