// What the page asks of the workspace.

export async function load(user) {
  const answer = await fetch("/page/state?user=" + encodeURIComponent(user ?? ""), { cache: "no-store" });
  if (!answer.ok) throw new Error("the workspace answered " + answer.status);
  return answer.json();
}

// act sends what a person did, and returns the acknowledgement of the app.
export async function act(what, body) {
  const answer = await fetch("/page/" + what, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const ack = await answer.json();
  if (!answer.ok) throw new Error(ack.error);
  return ack;
}

// watch calls back at every change, one call at a time, and once more for changes in between.
export function watch(changed) {
  let busy = false, again = false;
  const run = async () => {
    if (busy) { again = true; return; }
    busy = true;
    do { again = false; await changed(); } while (again);
    busy = false;
  };
  const source = new EventSource("/page/events");
  source.onmessage = run;
  return run;
}
