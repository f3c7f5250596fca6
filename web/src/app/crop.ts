// Cutting a square out of a picture, in the browser: what is not shown never leaves it.

/** Which square: its middle, as parts of the way from one end to the other, and how much closer than the largest one. */
export interface Crop {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export const WHOLE: Crop = { x: 0.5, y: 0.5, zoom: 1 };
export const ZOOM_MAX = 4;

/** The square in the picture's own pixels. */
export function squareOf(width: number, height: number, { x, y, zoom }: Crop): { left: number; top: number; side: number } {
  const side = Math.min(width, height) / zoom;
  return { left: (width - side) * x, top: (height - side) * y, side };
}

/** The crop after the picture was drawn along by `dx` and `dy`, as parts of the square that is shown. */
export function moved(width: number, height: number, crop: Crop, dx: number, dy: number): Crop {
  const { side } = squareOf(width, height, crop);
  const along = (at: number, room: number, by: number) => (room > 0 ? Math.min(1, Math.max(0, at - (by * side) / room)) : at);
  return { ...crop, x: along(crop.x, width - side, dx), y: along(crop.y, height - side, dy) };
}

export function draw(canvas: HTMLCanvasElement, picture: ImageBitmap, crop: Crop): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const { left, top, side } = squareOf(picture.width, picture.height, crop);
  context.imageSmoothingQuality = "high";
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height);
}
