/** Which part of a picture is seen. */

/** Magnification, and the point of the picture in the middle of the stage, as fractions of the picture. */
export interface Viewport {
  zoom: number;
  x: number;
  y: number;
}

export interface Place {
  x: number;
  y: number;
}

export const WHOLE: Viewport = { zoom: 1, x: 0.5, y: 0.5 };
export const CLOSEST = 16;

/** Never so that anything but the picture is seen. */
function within({ zoom, x, y }: Viewport): Viewport {
  const clamp = (value: number): number => Math.min(1 - 0.5 / zoom, Math.max(0.5 / zoom, value));
  return { zoom, x: clamp(x), y: clamp(y) };
}

/** Where a point of the picture stands on the stage, as fractions of it; outside [0, 1] it is not seen. */
export function onStage(view: Viewport, at: Place): Place {
  return { x: (at.x - view.x) * view.zoom + 0.5, y: (at.y - view.y) * view.zoom + 0.5 };
}

/** Closer by a factor; the point `at` of the picture stays where it stands. */
export function zoomed(view: Viewport, factor: number, at: Place = view): Viewport {
  const zoom = Math.min(CLOSEST, Math.max(1, view.zoom * factor));
  const stands = onStage(view, at);
  return within({ zoom, x: at.x - (stands.x - 0.5) / zoom, y: at.y - (stands.y - 0.5) / zoom });
}

/** Pulled along by fractions of the stage. */
export function pulled(view: Viewport, dx: number, dy: number): Viewport {
  return within({ zoom: view.zoom, x: view.x - dx / view.zoom, y: view.y - dy / view.zoom });
}

/** Moved as little as brings a point into sight. */
export function showing(view: Viewport, at: Place): Viewport {
  const half = 0.5 / view.zoom;
  const nearer = (centre: number, point: number): number => Math.min(point + half, Math.max(point - half, centre));
  return within({ zoom: view.zoom, x: nearer(view.x, at.x), y: nearer(view.y, at.y) });
}

/** As a CSS transform of the picture on a stage of its own size, from the top left corner. */
export function transform({ zoom, x, y }: Viewport): string {
  return `translate(${100 * (0.5 - x * zoom)}%, ${100 * (0.5 - y * zoom)}%) scale(${zoom})`;
}
