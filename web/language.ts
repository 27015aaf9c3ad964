/**
 * Chromium under `LANG=C` calls its language `en-US@posix`, which Intl refuses, and uPlot asks Intl while it is loaded:
 * without this the page stays blank. Import it before anything that formats.
 */
try {
  new Intl.Locale(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US' });
}
