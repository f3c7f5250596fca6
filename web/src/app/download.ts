// A file for whoever sits here, made out of bytes that are at hand.

/** The browser keeps it under this name, or asks where. */
export function download(bytes: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
