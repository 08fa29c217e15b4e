// A page that answers a form: who goes on and comes back to it gets the page of its address. Without this, their browser
// asks to send the form once more, or shows an error of its own. Only once they go on: a reload keeps what was typed.
const byItsAddress = () => history.replaceState(null, "", location.href);
addEventListener("submit", byItsAddress);
addEventListener("click", event => event.target.closest("a:not([href^='#'])") && byItsAddress());
