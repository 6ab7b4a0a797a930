/* global document, localStorage */
// A file of its own, before the first paint: the policy of the page allows no inline script.
(() => {
  let theme = 'system';
  try {
    theme = JSON.parse(localStorage.getItem('provisioning-preferences') ?? '{}').theme ?? theme;
  } catch {
    // Storage may be off, or hold something else: then the system decides.
  }
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
})();
