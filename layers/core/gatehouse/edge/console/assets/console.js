// Pages work without this file; it saves a few steps.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = button.parentElement.querySelector("[data-copied]").textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Copy it by hand";
    }
  });
}

// A browser may keep a page that was left, to show it again; not what is shown once.
addEventListener("pagehide", () => {
  for (const shown of document.querySelectorAll("[data-copied]")) shown.textContent = "";
});

for (const field of document.querySelectorAll("[data-confirm]")) {
  const button = field.form.querySelector("button[type=submit]");
  const judge = () => { button.disabled = field.value !== field.dataset.confirm; };
  field.addEventListener("input", judge);
  judge();
}

for (const field of document.querySelectorAll("[data-json]")) {
  field.addEventListener("blur", () => {
    const text = field.value.trim();
    if (!/^[[{]/.test(text)) return;
    try {
      JSON.parse(text);
      field.setCustomValidity("");
    } catch (error) {
      field.setCustomValidity(`This is not JSON: ${error.message}`);
    }
  });
  field.addEventListener("input", () => field.setCustomValidity(""));
}

// While a definition is written, what it would send is shown. A secret is never sent for that.
for (const button of document.querySelectorAll("[data-preview]")) {
  const form = button.form;
  const shown = form.querySelector("[data-previewed]");
  let timer = 0;
  let last = 0;
  const look = async () => {
    const asked = ++last;
    const fields = new URLSearchParams(new FormData(form));
    for (const secret of form.querySelectorAll("[type=password]")) fields.delete(secret.name);
    fields.set(button.name, button.value);
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: fields });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-previewed]");
      if (fresh && asked === last) shown.replaceChildren(...fresh.childNodes);
    } catch {
      // The button is still there.
    }
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 700); });
}

// A document from a file goes into the field where it could be pasted.
for (const place of document.querySelectorAll("[data-file]")) {
  place.hidden = false;
  place.querySelector("input").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) document.getElementById(place.dataset.file).value = await file.text();
  });
}

for (const button of document.querySelectorAll("[data-tick]")) {
  const boxes = [...document.querySelectorAll(`[data-group="${button.dataset.tick}"]`)];
  button.hidden = boxes.length < 2;
  button.addEventListener("click", () => {
    const all = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
  });
}
