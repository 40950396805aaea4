// The Output widget (of `interact`, say) as it stood when the page was built: text, images and HTML.
import { DOMWidgetModel, DOMWidgetView } from "@jupyter-widgets/base";

export class OutputModel extends DOMWidgetModel {
  defaults() {
    return { ...super.defaults(), _model_name: "OutputModel", _view_name: "OutputView", outputs: [] };
  }
}

function drawn(kind, data) {
  if (kind.startsWith("image/")) {
    const image = new Image();
    const svg = kind === "image/svg+xml";
    image.src = svg ? `data:${kind},${encodeURIComponent(data)}` : `data:${kind};base64,${data.trim()}`;
    image.alt = "Output of the widget when this page was built";
    return image;
  }
  const element = document.createElement(kind === "text/html" ? "div" : "pre");
  if (kind === "text/html") element.innerHTML = data;
  else element.textContent = data;
  return element;
}

export class OutputView extends DOMWidgetView {
  render() {
    super.render();
    const draw = () => this.el.replaceChildren(...this.model.get("outputs").map((o) => this.element(o)));
    this.listenTo(this.model, "change:outputs", draw);
    draw();
  }

  element({ data, text, traceback }) {
    const whole = (value) => [value].flat().join("");
    const kind = ["text/html", "image/svg+xml", "image/png", "image/jpeg", "text/plain"].find((k) => data?.[k]);
    if (kind) return drawn(kind, whole(data[kind]));
    return drawn("text/plain", whole(text ?? traceback?.join("\n") ?? ""));
  }
}
