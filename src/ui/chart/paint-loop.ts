import { onColours } from '../shell/theme.ts';

/** Paints what can be seen, once a frame at most, when something has changed. */
export class PaintLoop {
  readonly #painters = new Map<Element, () => void>();
  readonly #visible = new Set<Element>();
  readonly #dirty = new Set<Element>();
  readonly #seen: IntersectionObserver;
  readonly #sized: ResizeObserver;
  #frame = 0;

  constructor() {
    this.#seen = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          if (isIntersecting) this.#visible.add(target);
          else this.#visible.delete(target);
          if (isIntersecting) this.#mark(target);
        }
      },
      { rootMargin: '200px' },
    );
    this.#sized = new ResizeObserver((entries) => {
      for (const { target } of entries) this.#mark(target);
    });
  }

  /** Paints `canvas` from now on; returns how to end it. */
  add(canvas: HTMLCanvasElement, paint: () => void): () => void {
    this.#painters.set(canvas, paint);
    this.#seen.observe(canvas);
    this.#sized.observe(canvas);
    return () => {
      this.#painters.delete(canvas);
      this.#visible.delete(canvas);
      this.#dirty.delete(canvas);
      this.#seen.unobserve(canvas);
      this.#sized.unobserve(canvas);
    };
  }

  isVisible(canvas: Element): boolean {
    return this.#visible.has(canvas);
  }

  /** Everything that is seen is painted in the next frame. */
  readonly all = (): void => {
    for (const canvas of this.#visible) this.#mark(canvas);
  };

  /** Begins; returns how to end it. */
  start(): () => void {
    const end = onColours(() => setTimeout(this.all));
    return () => {
      end();
      cancelAnimationFrame(this.#frame);
      this.#frame = 0;
    };
  }

  #mark(canvas: Element): void {
    this.#dirty.add(canvas);
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      for (const one of this.#dirty) if (this.#visible.has(one)) this.#painters.get(one)?.();
      this.#dirty.clear();
    });
  }
}
