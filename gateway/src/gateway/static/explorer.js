"use strict";

const make = (tag, text, parent) => {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  if (parent) parent.append(element);
  return element;
};

const KEY = "Idempotency-Key";

// crypto.randomUUID exists on secure pages alone.
const fresh = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const resolve = (api, schema) =>
  schema && schema.$ref ? api.components.schemas[schema.$ref.split("/").pop()] : schema;

function example(api, schema, depth = 0) {
  const known = resolve(api, schema) || {};
  if (depth > 5) return null;
  if (known.default !== undefined) return known.default;
  if (known.enum) return known.enum[0];
  if (known.const !== undefined) return known.const;
  if (known.anyOf) return example(api, known.anyOf.find((one) => one.type !== "null"), depth + 1);
  if (known.type === "object")
    return Object.fromEntries(
      Object.entries(known.properties || {}).map(([name, value]) => [name, example(api, value, depth + 1)]));
  if (known.type === "array") return [example(api, known.items, depth + 1)];
  if (known.type === "integer" || known.type === "number") return known.minimum ?? 0;
  if (known.type === "boolean") return false;
  if (known.format === "uuid") return "00000000-0000-0000-0000-000000000000";
  if (known.format === "date") return "1990-01-31";
  return "";
}

function field(text, description, form) {
  const label = make("label", `${text} `, form);
  label.className = "field";
  const input = make("input", "", label);
  input.title = description || "";
  return input;
}

function inputs(operation, form) {
  return (operation.parameters || []).map((parameter) => {
    const input = field(`${parameter.name} (${parameter.in})`, parameter.description, form);
    if (parameter.name === KEY) input.placeholder = "a fresh one for every Send";
    return [parameter, input];
  });
}

async function call(method, path, fields, body) {
  let target = path;
  const query = new URLSearchParams();
  const headers = {};
  const token = document.getElementById("token").value.trim();
  if (token) headers.Authorization = `Bearer ${token}`;
  for (const [parameter, input] of fields) {
    if (parameter.in === "path") target = target.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (input.value && parameter.in === "query") query.append(parameter.name, input.value);
    else if (parameter.name === KEY) headers[KEY] = input.value || fresh();
    else if (input.value && parameter.in === "header") headers[parameter.name] = input.value;
  }
  if (typeof body === "string") headers["Content-Type"] = "application/json";
  const address = query.size ? `${target}?${query}` : target;
  return fetch(address, { method, headers, body: body || undefined });
}

// Shows an answer as what it is: JSON laid out, events as they come, anything else as a file to keep.
async function show(answer, shown, kept) {
  const kind = answer.headers.get("Content-Type") || "";
  shown.textContent = `${answer.status}\n`;
  if (kind.includes("json")) {
    shown.textContent += JSON.stringify(await answer.json(), null, 2);
  } else if (kind.includes("event-stream")) {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) shown.textContent += part.value;
  } else {
    const content = await answer.blob();
    shown.textContent += `${kind}, ${content.size} bytes`;
    if (!content.size) return;
    const named = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") || "");
    kept.href = URL.createObjectURL(content);
    kept.download = named ? named[1] : "answer";
    kept.textContent = `Save ${kept.download}`;
    kept.hidden = false;
  }
}

// The body of a request: a JSON text, or the fields of a form with a file.
function bodyInput(api, operation, form) {
  const content = (operation.requestBody || {}).content || {};
  if (content["application/json"]) {
    const text = make("textarea", "", form);
    text.value = JSON.stringify(example(api, content["application/json"].schema), null, 2);
    return () => text.value;
  }
  if (!content["multipart/form-data"]) return () => null;
  const schema = resolve(api, content["multipart/form-data"].schema);
  const fields = Object.entries(schema.properties || {}).map(([name, known]) => {
    const input = field(name, known.description, form);
    if (known.format === "binary") input.type = "file";
    return [name, input];
  });
  return () => {
    const filled = new FormData();
    for (const [name, input] of fields) filled.append(name, input.type === "file" ? input.files[0] || "" : input.value);
    return filled;
  };
}

function operationView(api, method, path, operation, parent) {
  const view = make("details", "", parent);
  const title = make("summary", "", view);
  make("b", method.toUpperCase(), title);
  make("code", path, title);
  make("span", ` ${operation.summary || ""}`, title);
  view.dataset.words = `${path} ${operation.summary} ${operation["x-permission"] || ""}`.toLowerCase();
  make("p", operation.description, view);
  make("p", `Access: ${operation["x-permission"] || operation["x-access"] || ""}`, view).className = "says";
  const fields = inputs(operation, view);
  const body = bodyInput(api, operation, view);
  const send = make("button", "Send", view);
  const shown = make("pre", "", view);
  const kept = make("a", "", view);
  shown.hidden = kept.hidden = true;
  send.addEventListener("click", async () => {
    shown.hidden = false;
    kept.hidden = true;
    shown.textContent = "…";
    try {
      await show(await call(method.toUpperCase(), path, fields, body()), shown, kept);
    } catch (error) {
      shown.textContent = String(error);
    }
  });
}

const service = ([path]) => (path.split("/")[3] ? path.split("/")[2] : "gateway");

// What is shown is what whoever holds the token may ask for; without one, what is open to all.
async function start() {
  const token = document.getElementById("token").value.trim();
  const answer = await fetch("/openapi.json", { headers: token ? { Authorization: `Bearer ${token}` } : {} });
  const api = await answer.json();
  if (!answer.ok) throw new Error(api.detail);
  const main = document.getElementById("operations");
  main.replaceChildren();
  const services = Object.groupBy
    ? Object.groupBy(Object.entries(api.paths), service)
    : Object.entries(api.paths).reduce((all, one) => {
        (all[service(one)] ||= []).push(one);
        return all;
      }, {});
  for (const [name, paths] of Object.entries(services)) {
    const section = make("section", "", main);
    make("h2", name, section);
    for (const [path, operations] of paths)
      for (const [method, operation] of Object.entries(operations))
        operationView(api, method, path, operation, section);
  }
  find();
}

function find() {
  const wanted = document.getElementById("find").value.toLowerCase();
  for (const view of document.querySelectorAll("#operations details"))
    view.hidden = !view.dataset.words.includes(wanted);
}

const read = () =>
  start().catch((error) => {
    document.getElementById("operations").textContent = `The description could not be read: ${error}`;
  });

document.getElementById("find").addEventListener("input", find);
document.getElementById("token").addEventListener("change", read);
read();
