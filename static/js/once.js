// A second click while the answer to the first is on its way would be answered in its place: that the link was used
// already, or the name is taken. It counts again when the answer does not come, and on the page one comes back to.
let sent = null;
addEventListener("submit", event => {
  if (event.target === sent) return event.preventDefault();
  sent = event.target;
  setTimeout(() => (sent = null), 5000);
});
addEventListener("pageshow", () => (sent = null));
