// Python for a page: one worker, started when something first asks it, for the Run buttons and the pictures that move.
const root = new URL(document.documentElement.dataset.content_root || "./", location.href).href;

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const python = {
  worker: null,
  ready: null, // a promise: Python has started
  asked: new Map(), // number of a request → what to do with its answers
  count: 0,

  // Start Python, if it has not started, with the packages that the page says it needs.
  start() {
    return (this.ready ||= this.boot().catch((problem) => {
      this.ready = null; // the next request tries again
      throw problem;
    }));
  },

  async boot() {
    if (location.protocol === "file:")
      throw new Error("A page opened as a file can be read, not run: start python -m http.server in the folder of the " +
        "site, and open localhost:8000");
    const packages = document.querySelector("[data-packages]").dataset.packages.split(" ");
    this.worker = new Worker(root + "_static/worker.js");
    this.worker.onmessage = ({ data }) => this.receive(data);
    this.worker.onerror = (problem) => this.stop(problem.message || "Python could not be loaded");
    const { seconds } = await this.send({ kind: "boot", root, packages });
    document.documentElement.dataset.bootSeconds = seconds.toFixed(2);
  },

  // Ask Python. show(data) receives the output that comes before the answer.
  async ask(message, show) {
    await this.start();
    return this.send(message, show);
  },

  send(message, show = () => {}) {
    const number = ++this.count;
    return new Promise((resolve, reject) => {
      this.asked.set(number, { resolve, reject, show });
      this.worker.postMessage({ ...message, number });
    });
  },

  receive(data) {
    const request = this.asked.get(data.number);
    if (!request) return; // of a Python that was ended
    if (data.kind === "done") request.resolve(data);
    else if (data.kind === "failed") request.reject(new Error(data.text));
    else return request.show(data);
    this.asked.delete(data.number);
  },

  // End Python. Every caller that still waits for an answer gets the reason as an error.
  stop(reason) {
    this.worker.terminate();
    this.worker = this.ready = null;
    for (const { reject } of this.asked.values()) reject(new Error(reason));
    this.asked.clear();
  },
};
