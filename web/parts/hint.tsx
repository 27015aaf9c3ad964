/** A label whose one-sentence explanation opens on hover, focus or touch, and is read out by screen readers. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';

const MARGIN = 12;

export function Hint({ text, children }: { text: string; children: ComponentChildren }) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const bubble = useRef<HTMLSpanElement>(null);

  // Placed in the window's own coordinates, so that no card or table cuts it off, and kept inside the window.
  useLayoutEffect(() => {
    if (!open || !anchor.current || !bubble.current) return;
    const at = anchor.current.getBoundingClientRect();
    const { width, height } = bubble.current.getBoundingClientRect();
    const left = Math.min(Math.max(MARGIN, at.left), document.documentElement.clientWidth - width - MARGIN);
    const above = at.top - height - 8;
    bubble.current.style.left = `${Math.max(MARGIN, left)}px`;
    bubble.current.style.top = `${above > MARGIN ? above : at.bottom + 8}px`;
  }, [open]);

  useEffect(() => {
    if (!open) return;
    const close = (event: Event) => {
      if (event instanceof KeyboardEvent && event.key !== 'Escape') return;
      if (event.type === 'pointerdown' && anchor.current?.contains(event.target as Node)) return;
      setOpen(false);
    };
    addEventListener('keydown', close);
    addEventListener('pointerdown', close);
    addEventListener('scroll', close, { passive: true, capture: true });
    return () => {
      removeEventListener('keydown', close);
      removeEventListener('pointerdown', close);
      removeEventListener('scroll', close, { capture: true });
    };
  }, [open]);

  return (
    <span class="hint">
      <button
        type="button"
        ref={anchor}
        aria-describedby={id}
        onMouseEnter={() => setOpen(true)}
        onMouseLeave={() => setOpen(false)}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onClick={() => setOpen(true)}
      >
        {children}
      </button>
      <span id={id} ref={bubble} role="tooltip" class={open ? 'hint-bubble' : 'unseen'}>
        {text}
      </span>
    </span>
  );
}
