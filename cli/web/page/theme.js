// Before anything is drawn: the colours that were chosen here last.
(() => {
  const kept = (() => {
    try { return localStorage.getItem("truenorth-theme"); } catch { return null; } // storage may be switched off
  })();
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
})();
