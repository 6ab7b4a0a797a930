/* global document, localStorage */
// A file of its own, before the first paint: the policy of the page allows no inline script.
(() => {
  let preferences = {};
  try {
    preferences = JSON.parse(localStorage.getItem('provisioning-preferences') ?? '{}');
  } catch {
    // Storage may be off, or hold something else: then the system decides.
  }
  const { theme, density } = preferences;
  const { dataset } = document.documentElement;
  if (theme === 'light' || theme === 'dark') dataset.theme = theme;
  if (density === 'comfortable') dataset.density = density;
})();
