"use strict";

const make = (tag, text, parent) => {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  if (parent) parent.append(element);
  return element;
};

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

function inputs(operation, form) {
  return (operation.parameters || []).map((parameter) => {
    const label = make("label", `${parameter.name} (${parameter.in}) `, form);
    label.className = "field";
    const input = make("input", "", label);
    input.title = parameter.description || "";
    if (parameter.name === "Idempotency-Key") input.value = crypto.randomUUID();
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
    else if (input.value && parameter.in === "header") headers[parameter.name] = input.value;
  }
  if (body) headers["Content-Type"] = "application/json";
  const address = query.size ? `${target}?${query}` : target;
  const answer = await fetch(address, { method, headers, body: body || undefined });
  const text = await answer.text();
  try {
    return `${answer.status}\n${JSON.stringify(JSON.parse(text), null, 2)}`;
  } catch {
    return `${answer.status}\n${text}`;
  }
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
  const content = operation.requestBody && operation.requestBody.content["application/json"];
  const body = content && make("textarea", "", view);
  if (body) body.value = JSON.stringify(example(api, content.schema), null, 2);
  const send = make("button", "Send", view);
  const shown = make("pre", "", view);
  shown.hidden = true;
  send.addEventListener("click", async () => {
    shown.hidden = false;
    shown.textContent = "…";
    shown.textContent = await call(method.toUpperCase(), path, fields, body && body.value).catch(String);
  });
}

async function start() {
  const api = await (await fetch("/openapi.json")).json();
  const main = document.getElementById("operations");
  main.replaceChildren();
  const services = Object.groupBy
    ? Object.groupBy(Object.entries(api.paths), ([path]) => path.split("/")[2])
    : Object.entries(api.paths).reduce((all, one) => {
        (all[one[0].split("/")[2]] ||= []).push(one);
        return all;
      }, {});
  for (const [service, paths] of Object.entries(services)) {
    const section = make("section", "", main);
    make("h2", service, section);
    for (const [path, operations] of paths)
      for (const [method, operation] of Object.entries(operations))
        operationView(api, method, path, operation, section);
  }
  document.getElementById("find").addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const view of main.querySelectorAll("details")) view.hidden = !view.dataset.words.includes(wanted);
  });
}

start().catch((error) => {
  document.getElementById("operations").textContent = `The description could not be read: ${error}`;
});
