//! What is sent as a picture becomes a small square that was written anew: nothing of the bytes that came survives, so no position
//! of a camera and no second file hidden in the first. In a bounded pool beside the runtime, like passwords: a flood of
//! pictures slows nothing but pictures. It must never believe what a request or a file name says the bytes are.

use std::{io::Cursor, sync::Arc};

use bytes::Bytes;
use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader,
    codecs::{jpeg::JpegEncoder, webp::WebPEncoder},
};
use lockstep_protocol::{
    codes::{Code, Failure},
    limits::Limits,
};
use tokio::sync::{Semaphore, TryAcquireError};

/// Pictures read at a time: each may take up what [`Limits::picture_memory_bytes_max`] says, twice, and a core.
const WORKERS: usize = 1;
/// Of a picture without transparency.
const JPEG_QUALITY: u8 = 88;

/// A small square, ready to be kept.
#[derive(Debug, PartialEq, Eq)]
pub struct Thumbnail {
    /// Its media type.
    pub media: &'static str,
    pub bytes: Vec<u8>,
}

/// Makes them, behind a queue. Cheap to clone; all clones share the worker.
#[derive(Clone)]
pub struct Thumbnails {
    /// Those being read and those waiting; without a permit the answer is `busy`.
    admitted: Arc<Semaphore>,
    working: Arc<Semaphore>,
    limits: Arc<Limits>,
}

impl Thumbnails {
    pub fn new(limits: Arc<Limits>) -> Self {
        Self {
            admitted: Arc::new(Semaphore::new(WORKERS + limits.pictures_waiting_max)),
            working: Arc::new(Semaphore::new(WORKERS)),
            limits,
        }
    }

    /// Of a picture that is said to be of this media type.
    pub async fn make(&self, media: &str, bytes: Bytes) -> Result<Thumbnail, Failure> {
        let format = format(media, &bytes)?;
        let admitted = match self.admitted.clone().try_acquire_owned() {
            Ok(permit) => permit,
            Err(TryAcquireError::NoPermits) => return Err(Failure::new(Code::Busy).retry_after_ms(1_000)),
            Err(TryAcquireError::Closed) => return Err(Failure::new(Code::GoingAway)),
        };
        let working = self.working.clone().acquire_owned().await.map_err(|_| Failure::new(Code::GoingAway))?;
        let limits = self.limits.clone();
        // The permits go with the work: whoever hangs up does not let another picture start beside this one.
        let made = tokio::task::spawn_blocking(move || {
            let _held = (admitted, working);
            small_square(format, &bytes, &limits)
        });
        // One that a decoder stumbled over is one that cannot be read; the hook of `telemetry` has logged it.
        made.await.unwrap_or_else(|_| Err(Failure::new(Code::PictureUnreadable)))
    }
}

/// What the bytes are by their own first bytes; what is said of them must be the same.
fn format(media: &str, bytes: &[u8]) -> Result<ImageFormat, Failure> {
    let said = match media {
        "image/png" => ImageFormat::Png,
        "image/jpeg" => ImageFormat::Jpeg,
        "image/webp" => ImageFormat::WebP,
        _ => return Err(unsupported("A picture is image/png, image/jpeg or image/webp.")),
    };
    match image::guess_format(bytes) {
        Ok(format) if format == said => Ok(format),
        Ok(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) => {
            Err(unsupported("The picture is of another type than Content-Type says."))
        }
        _ => Err(unsupported("This is no PNG, JPEG or WebP, whatever Content-Type says.")),
    }
}

fn unsupported(why: &str) -> Failure {
    Failure::because(Code::UnsupportedMediaType, why)
}

/// The middle of a picture, turned as its camera was held, at most as large as what is kept.
fn small_square(format: ImageFormat, bytes: &[u8], limits: &Limits) -> Result<Thumbnail, Failure> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    // What lies beside the pixels is bounded by the decoder; how many pixels there may be is asked below, where it can be told.
    let mut bounds = image::Limits::no_limits();
    bounds.max_alloc = Some(limits.picture_memory_bytes_max);
    reader.limits(bounds);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    // By the header alone: nothing has been decoded yet.
    let (width, height) = decoder.dimensions();
    let most = limits.picture_pixels_max;
    if width > most || height > most || decoder.total_bytes() > limits.picture_memory_bytes_max {
        return Err(Failure::because(Code::PictureUnreadable, "It has too many pixels.").limit(u64::from(most)));
    }
    let orientation = decoder.orientation().map_err(unreadable)?;
    let whole = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    let side = width.min(height);
    let square = whole.crop_imm((width - side) / 2, (height - side) / 2, side, side);
    drop(whole);
    let kept = side.min(limits.picture_side);
    let mut small = if side == kept { square } else { square.thumbnail_exact(kept, kept) };
    small.apply_orientation(orientation);
    written(&small).map_err(unreadable)
}

fn written(picture: &DynamicImage) -> image::ImageResult<Thumbnail> {
    let mut bytes = Vec::new();
    let pixels = picture.to_rgba8();
    if pixels.pixels().all(|pixel| pixel.0[3] == u8::MAX) {
        picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY))?;
        return Ok(Thumbnail { media: "image/jpeg", bytes });
    }
    pixels.write_with_encoder(WebPEncoder::new_lossless(&mut bytes))?;
    Ok(Thumbnail { media: "image/webp", bytes })
}

/// Why is for whoever makes such files, not for people: they are told that it cannot be read.
fn unreadable(error: image::ImageError) -> Failure {
    tracing::debug!(%error, "a picture cannot be read");
    Failure::new(Code::PictureUnreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_picture_over_the_queue_is_told_to_come_back() {
        let limits = Arc::new(Limits { pictures_waiting_max: 2, ..Limits::default() });
        let thumbnails = Thumbnails::new(limits);
        let mut picture = Vec::new();
        DynamicImage::new_rgb8(8, 8).write_to(&mut Cursor::new(&mut picture), ImageFormat::Png).expect("a picture");
        let make = || thumbnails.make("image/png", Bytes::from(picture.clone()));
        let others = thumbnails.admitted.clone().try_acquire_many_owned(3).expect("nobody is here");
        let refused = make().await.expect_err("full");
        assert_eq!((refused.code, refused.retry_after_ms), (Code::Busy, Some(1_000)));
        drop(others);
        assert_eq!(make().await.expect("read").media, "image/jpeg");
    }
}
