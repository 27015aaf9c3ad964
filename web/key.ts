/** The read key, asked once and kept by the browser only: for this tab, or for this device if the reader says so. */
const NAME = 'buy-timing.read-key';

export function storedKey(): string | undefined {
  return sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME) ?? undefined;
}

export function storeKey(key: string, keep: 'tab' | 'device'): void {
  forgetKey();
  (keep === 'device' ? localStorage : sessionStorage).setItem(NAME, key);
}

export function forgetKey(): void {
  sessionStorage.removeItem(NAME);
  localStorage.removeItem(NAME);
}
