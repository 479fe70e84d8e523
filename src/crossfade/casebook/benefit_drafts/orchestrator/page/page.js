"use strict";
// The reviewers' page: shows what the service sends, and asks it to decide. All text is set as text, never as HTML.

const WORDS = {
  not_started: "not submitted", awaiting_process: "waiting for its process", untracked: "decided without a process",
  in_review: "in review", publishing: "being published", published: "published", rejected: "rejected",
};
const place = id => document.getElementById(id);
const asked = new Set(); // drafts that a decision is under way for
let shown = [];

function cell(label, text, kind = "") {
  const made = document.createElement("td");
  made.dataset.label = label;
  made.textContent = text ?? "";
  made.className = kind;
  return made;
}

function button(text, kind, draft, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.className = kind;
  made.disabled = asked.has(draft.id);
  made.setAttribute("aria-label", `${text} ${draft.plan_name ?? draft.id}`);
  made.addEventListener("click", () => act(draft));
  return made;
}

function row(draft) {
  const made = document.createElement("tr");
  made.id = `draft-${draft.id}`;
  made.dataset.workflow = draft.workflow_status;
  const decide = cell("", "", "decide");
  delete decide.dataset.label;
  decide.append(button("Look at", "look", draft, look));
  if (draft.status === "submitted") {
    decide.append(button("Approve", "approve", draft, each => ask(each, "approve")));
    decide.append(button("Reject", "reject", draft, refuse));
  } else if (draft.status === "draft") {
    decide.append(button("Submit", "submit", draft, each => ask(each, "submit")));
  }
  made.append(
    cell("Plan", draft.plan_name ?? draft.id), cell("Status", draft.status, draft.status),
    cell("Workflow", WORDS[draft.workflow_status] ?? draft.workflow_status, draft.workflow_status),
    cell("Drafted by", draft.created_by), cell("Reviewed by", draft.reviewed_by),
    cell("Changed", new Date(draft.updated_at).toLocaleString()), decide,
  );
  return made;
}

function show(drafts) {
  shown = drafts;
  const focused = document.activeElement?.closest?.("tr")?.id;
  const kind = document.activeElement?.className;
  place("drafts").replaceChildren(...drafts.map(row));
  place("none").hidden = drafts.length > 0;
  if (focused) document.getElementById(focused)?.querySelector(`button.${kind}`)?.focus();
}

function say(text) {
  place("said").textContent = text;
  place("said").hidden = !text;
}

async function ask(draft, what, more = {}) {
  const by = place("reviewer").value.trim();
  if (!by) {
    say("Say who you are first.");
    place("reviewer").focus();
    return;
  }
  asked.add(draft.id);
  show(shown);
  say("");
  try {
    const answer = await fetch(`/drafts/${draft.id}/${what}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ by, ...more }),
    });
    if (!answer.ok) {
      const told = await answer.json();
      say([told.fact ?? "The service refused it.", told.remedy].filter(Boolean).join(" · "));
    }
  } catch {
    say("The service does not answer. Nothing is lost: ask again in a moment.");
  } finally {
    asked.delete(draft.id);
    show(shown);
  }
}

async function look(draft) {
  try {
    const answer = await fetch(`/drafts/${draft.id}`);
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.fact);
    const trouble = told.draft.submission_metadata?.trouble;
    place("looked").textContent = draft.plan_name ?? draft.id;
    place("trouble").textContent = trouble ? `Not published yet: ${trouble}` : "";
    place("trouble").hidden = !trouble;
    place("plan").textContent = JSON.stringify(told.draft.plan_data, null, 2);
    place("look").showModal();
  } catch (error) {
    say(`The plan can't be shown: ${error.message}`);
  }
}

function refuse(draft) {
  if (!place("reviewer").value.trim()) {
    ask(draft, "reject");
    return;
  }
  const dialog = place("refusal");
  place("refused").textContent = draft.plan_name ?? draft.id;
  place("reason").value = "";
  dialog.returnValue = "no";
  dialog.onclose = () => {
    if (dialog.returnValue === "reject") ask(draft, "reject", { reason: place("reason").value.trim() || null });
  };
  dialog.showModal();
}

function line(state, text) {
  place("line").dataset.state = state;
  place("line").textContent = text;
}

place("reviewer").value = localStorage.getItem("reviewer") ?? "";
place("reviewer").addEventListener("change", () => localStorage.setItem("reviewer", place("reviewer").value));

const events = new EventSource("/events");
events.addEventListener("drafts", event => {
  line("live", "live");
  show(JSON.parse(event.data));
});
events.addEventListener("trouble", event => line("lost", JSON.parse(event.data)));
events.addEventListener("error", () => line("lost", "not connected, trying again …"));
