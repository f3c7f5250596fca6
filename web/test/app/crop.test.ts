// Which square of a picture is kept.
import { expect, test } from "vitest";
import { moved, squareOf, WHOLE, ZOOM_MAX } from "../../src/app/crop";

test("the square is the largest in the middle, and stays inside however it is moved", () => {
  expect(squareOf(600, 400, WHOLE)).toEqual({ left: 100, top: 0, side: 400 });
  expect(squareOf(400, 600, WHOLE)).toEqual({ left: 0, top: 100, side: 400 });
  expect(squareOf(400, 400, { x: 1, y: 0, zoom: ZOOM_MAX })).toEqual({ left: 300, top: 0, side: 100 });
  for (const [dx, dy] of [[9, 9], [-9, -9], [0.3, -0.2]] as const) {
    for (const zoom of [1, 2, ZOOM_MAX]) {
      const { left, top, side } = squareOf(600, 400, moved(600, 400, { ...WHOLE, zoom }, dx, dy));
      expect(left).toBeGreaterThanOrEqual(0);
      expect(top).toBeGreaterThanOrEqual(0);
      expect(left + side).toBeLessThanOrEqual(600);
      expect(top + side).toBeLessThanOrEqual(400);
    }
  }
});

test("what is drawn to the left shows what is further right, as far as the pointer went", () => {
  const crop = moved(600, 400, WHOLE, -0.25, -0.25);
  // A quarter of the 400 pixels that are shown; there is no room above and below.
  expect(squareOf(600, 400, crop).left).toBe(200);
  expect(crop.y).toBe(WHOLE.y);
});
