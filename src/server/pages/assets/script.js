// What the pages do beside showing: they work without it.
"use strict";

// "?" shows the help, "/" goes to the first field of the page. Neither does anything while somebody types.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "?") {
    location.assign("/help");
  } else if (event.key === "/") {
    const field = document.querySelector("main form input:not([type=hidden]), main form select");
    if (field) {
      event.preventDefault();
      field.focus();
    }
  }
});
