// Not a module: browsers refuse to load modules from disk, and this is what
// then says so.
if (window.location.protocol === "file:") {
  const byId = (id) => document.getElementById(id);
  byId("loading").hidden = true;
  byId("error").hidden = false;
  byId("error-title").textContent = "This page needs a web server";
  byId("error-text").textContent =
    "Browsers do not load the model from a file opened from disk. " +
    "Any static web server does; run this in the page's folder and open " +
    "http://localhost:8000:";
  byId("error-remedy").hidden = false;
  byId("error-remedy").textContent = "python -m http.server";
}
