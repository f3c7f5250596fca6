// What a camera must be able to read.
import encode from "qr";
import decode from "qr/decode.js";
import { expect, test } from "vitest";

test("the QR code of an authenticator app is read back as it was", () => {
  const uri = "otpauth://totp/Lockstep:somebody.with.a.long.name%40a-long-domain.example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Lockstep&algorithm=SHA1&digits=6&period=30";
  const modules = encode(uri, "raw", { ecc: "medium", border: 4 });
  const SCALE = 4;
  const size = modules.length * SCALE;
  const data = new Uint8ClampedArray(size * size * 4);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const light = modules[Math.floor(y / SCALE)]?.[Math.floor(x / SCALE)] ? 0 : 255;
      data.set([light, light, light, 255], (y * size + x) * 4);
    }
  }
  expect(decode({ width: size, height: size, data })).toBe(uri);
});
