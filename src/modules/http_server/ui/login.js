"use strict";
(() => {
  const form = document.getElementById("login");
  const password = document.getElementById("password");
  const show = document.getElementById("show");
  const go = document.getElementById("go");
  const said = document.getElementById("said");
  const node = form.dataset.node;

  const say = (text, isWrong) => {
    said.textContent = text;
    said.className = isWrong ? "wrong" : "";
  };

  // A program that has a host name of its own gets a session of its own.
  const subdomain = () => {
    const first = location.pathname.split("/")[1] || "";
    const parts = decodeURIComponent(first).split(":");
    if (parts.length !== 3) return "";
    const label = (parts[1] + "-" + parts[2]).replace(/[^a-zA-Z0-9]/g, "-");
    return location.host.split(".")[0] === label ? parts.join(":") : "";
  };

  // Argon2 needs eight bytes of salt: shorter names are repeated.
  const salt = () => {
    const bytes = new TextEncoder().encode(node);
    if (bytes.length >= 8) return bytes;
    const times = 1 + Math.floor(8 / bytes.length);
    return new TextEncoder().encode(node.repeat(times));
  };

  const hashOf = async (text) =>
    "0x" + (await hashwasm.argon2id({
      password: text, salt: salt(), parallelism: 1, iterations: 2, memorySize: 19456,
      hashLength: 32, outputType: "hex",
    }));

  show.addEventListener("click", () => {
    const hidden = password.type === "password";
    password.type = hidden ? "text" : "password";
    show.textContent = hidden ? "Hide" : "Show";
    show.setAttribute("aria-pressed", String(hidden));
    password.focus();
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    go.disabled = true;
    say("Checking the password…");
    try {
      const answer = await fetch("/login", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ password_hash: await hashOf(password.value), subdomain: subdomain() }),
      });
      if (answer.ok) {
        const wanted = new URLSearchParams(location.search).get("redirect");
        const isLogin = location.pathname.replace(/\/$/, "") === "/login";
        if (!isLogin) return location.reload();
        return location.assign(wanted && /^\/(?![\/\\])/.test(wanted) ? wanted : "/");
      }
      const reason = await answer.json().catch(() => "");
      if (answer.status === 401) say("That is not the password of this node.", true);
      else if (answer.status === 429) say("Too many wrong passwords. " + String(reason).replace(/^.*: /, "Please ") + ".", true);
      else say("The node could not log you in: " + (reason || "error " + answer.status) + ".", true);
      password.select();
    } catch (error) {
      say("The node cannot be reached. Is it running?", true);
    }
    go.disabled = false;
    password.focus();
  });
})();
