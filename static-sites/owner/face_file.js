// A photo from the reader's device, made ready to send: upright, no larger than faces need, and without what cameras
// write beside the picture, such as the place where it was taken.

const LONGEST_SIDE = 1600;
const JPEG_QUALITY = 0.9;

/** The picture of a file, scaled down, on a canvas. Throws DOMException where the file is no picture. */
export async function pictureOf(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "white"; // behind what is transparent, which a JPEG cannot be
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas;
}

/** What is on the canvas, as a JPEG in base64. */
export function base64Jpeg(canvas) {
  return canvas.toDataURL("image/jpeg", JPEG_QUALITY).split(",")[1];
}
