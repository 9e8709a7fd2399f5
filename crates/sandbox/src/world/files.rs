//! Photos and documents, the parts of those that are still being uploaded, and the rules for reading them back in pieces.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use grammers_tl_types as tl;

use super::peers::mix;
use super::refusal::{Allowed, RpcError};

/// Parts are at most half a mebibyte.
const PART_SIZE_MAX: usize = 512 * 1024;
/// Four thousand parts make two gibibytes.
const PARTS_MAX: i32 = 4_000;
/// A read may not cross such a border, nor be larger.
const CHUNK: i64 = 1024 * 1024;
/// Uploads that one account may leave unfinished; the oldest are dropped.
const UPLOADS_MAX: usize = 64;
/// The data centre that holds every file.
pub const FILES_DC: i32 = 2;

/// A photo as it was uploaded.
#[derive(Clone, Debug)]
pub struct Photo {
    /// Its id.
    pub id: i64,
    /// When it was uploaded.
    pub date: i32,
    /// The image, JPEG or PNG.
    pub bytes: Arc<[u8]>,
    /// Pixels across.
    pub width: i32,
    /// Pixels down.
    pub height: i32,
}

/// Any other file.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its id.
    pub id: i64,
    /// When it was uploaded.
    pub date: i32,
    /// The content.
    pub bytes: Arc<[u8]>,
    /// Its type, as the uploader said.
    pub mime_type: String,
    /// File name, duration and such, as the uploader said.
    pub attributes: Vec<tl::enums::DocumentAttribute>,
    /// A small picture of it, as the id of a photo.
    pub thumb: Option<i64>,
}

#[derive(Clone, Debug, Default)]
struct Upload {
    parts: BTreeMap<i32, Vec<u8>>,
    total: Option<i32>,
}

/// All files of the box.
#[derive(Clone, Debug, Default)]
pub struct Files {
    photos: HashMap<i64, Photo>,
    documents: HashMap<i64, Document>,
    uploads: HashMap<i64, Vec<(i64, Upload)>>,
    last_id: i64,
    secret: i64,
    references: u32,
}

/// Where a read begins and how much it wants.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// The first byte.
    pub offset: i64,
    /// How many bytes at most.
    pub limit: i32,
    /// The client asks for finer steps (1 kB instead of 4 kB).
    pub precise: bool,
}

impl Files {
    /// No files yet.
    pub fn new(secret: i64) -> Self {
        Self { secret, last_id: 5_000_000_000, ..Self::default() }
    }

    fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    /// Keeps an image as a photo.
    pub fn add_photo(&mut self, date: i32, bytes: impl Into<Arc<[u8]>>) -> Allowed<i64> {
        let bytes = bytes.into();
        let (width, height) = image_size(&bytes).ok_or_else(|| RpcError::bad_request("IMAGE_PROCESS_FAILED"))?;
        let id = self.next_id();
        self.photos.insert(id, Photo { id, date, bytes, width, height });
        Ok(id)
    }

    /// Keeps a file as it is.
    pub fn add_document(
        &mut self,
        date: i32,
        bytes: impl Into<Arc<[u8]>>,
        mime_type: &str,
        attributes: Vec<tl::enums::DocumentAttribute>,
    ) -> i64 {
        let id = self.next_id();
        let mime_type = mime_type.to_owned();
        self.documents.insert(id, Document { id, date, bytes: bytes.into(), mime_type, attributes, thumb: None });
        id
    }

    /// Gives a document a small picture.
    pub fn set_thumb(&mut self, document: i64, photo: i64) {
        if let Some(document) = self.documents.get_mut(&document) {
            document.thumb = Some(photo);
        }
    }

    /// The photo with this id.
    pub fn photo(&self, id: i64) -> Option<&Photo> {
        self.photos.get(&id)
    }

    /// The document with this id.
    pub fn document(&self, id: i64) -> Option<&Document> {
        self.documents.get(&id)
    }

    /// The hash that proves that a client met this file.
    pub fn access_hash(&self, id: i64) -> i64 {
        mix(&[self.secret, 3, id])
    }

    /// The perishable part of a file's address.
    pub fn reference(&self, id: i64) -> Vec<u8> {
        [&self.references.to_be_bytes()[..], &id.to_be_bytes()].concat()
    }

    /// Makes all references that were given out so far too old to be used.
    pub fn expire_references(&mut self) {
        self.references += 1;
    }

    /// Whether a client's address of a file is right and fresh.
    pub fn check(&self, id: i64, access_hash: i64, reference: &[u8]) -> Allowed<()> {
        if access_hash != self.access_hash(id) {
            return Err(RpcError::bad_request("FILE_ID_INVALID"));
        }
        if reference == self.reference(id) {
            return Ok(());
        }
        let text = match reference {
            [] => "FILE_REFERENCE_EMPTY",
            _ if reference.ends_with(&id.to_be_bytes()) => "FILE_REFERENCE_EXPIRED",
            _ => "FILE_REFERENCE_INVALID",
        };
        Err(RpcError::bad_request(text))
    }

    /// Takes one part of an upload.
    pub fn save_part(
        &mut self,
        account: i64,
        file_id: i64,
        part: i32,
        total: Option<i32>,
        bytes: Vec<u8>,
    ) -> Allowed<()> {
        if !(0..PARTS_MAX).contains(&part) || total.is_some_and(|total| part >= total && total != -1) {
            return Err(RpcError::bad_request("FILE_PART_INVALID"));
        }
        if bytes.is_empty() {
            return Err(RpcError::bad_request("FILE_PART_EMPTY"));
        }
        if bytes.len() > PART_SIZE_MAX {
            return Err(RpcError::bad_request("FILE_PART_TOO_BIG"));
        }
        let upload = self.upload(account, file_id);
        upload.total = total.filter(|total| *total > 0).or(upload.total);
        upload.parts.insert(part, bytes);
        Ok(())
    }

    fn upload(&mut self, account: i64, file_id: i64) -> &mut Upload {
        let uploads = self.uploads.entry(account).or_default();
        let place = uploads.iter().position(|(id, _)| *id == file_id).unwrap_or_else(|| {
            if uploads.len() == UPLOADS_MAX {
                uploads.remove(0);
            }
            uploads.push((file_id, Upload::default()));
            uploads.len() - 1
        });
        &mut uploads[place].1
    }

    /// Puts the parts of an upload together and forgets them.
    pub fn finish_upload(&mut self, account: i64, file: &tl::enums::InputFile) -> Allowed<Vec<u8>> {
        let (file_id, parts) = match file {
            tl::enums::InputFile::File(file) => (file.id, file.parts),
            tl::enums::InputFile::Big(file) => (file.id, file.parts),
            tl::enums::InputFile::StoryDocument(_) => {
                return Err(RpcError::bad_request("MEDIA_INVALID"));
            }
        };
        if !(1..=PARTS_MAX).contains(&parts) {
            return Err(RpcError::bad_request("FILE_PARTS_INVALID"));
        }
        let uploads = self.uploads.entry(account).or_default();
        let place = uploads
            .iter()
            .position(|(id, _)| *id == file_id)
            .ok_or_else(|| RpcError::bad_request("FILE_PART_0_MISSING"))?;
        let upload = &uploads[place].1;
        check_parts(upload, parts)?;
        let (_, upload) = uploads.remove(place);
        Ok(upload.parts.into_values().take(usize::try_from(parts).unwrap_or(0)).flatten().collect())
    }
}

fn check_parts(upload: &Upload, parts: i32) -> Allowed<()> {
    if upload.total.is_some_and(|total| total != parts) {
        return Err(RpcError::bad_request("FILE_PARTS_INVALID"));
    }
    if let Some(missing) = (0..parts).find(|part| !upload.parts.contains_key(part)) {
        return Err(RpcError::new(400, format!("FILE_PART_{missing}_MISSING")));
    }
    // Only the last part may differ in length.
    let size = upload.parts[&0].len();
    let uneven = (0..parts - 1).any(|part| upload.parts[&part].len() != size);
    if uneven || (parts > 1 && !size.is_multiple_of(1024)) || upload.parts[&(parts - 1)].len() > size {
        return Err(RpcError::bad_request("FILE_PART_SIZE_INVALID"));
    }
    Ok(())
}

impl Range {
    /// Cuts the wanted piece out of a file; nothing beyond its end.
    pub fn cut(self, bytes: &[u8]) -> Allowed<&[u8]> {
        let Self { offset, limit, precise } = self;
        let limit = i64::from(limit);
        let step = if precise { 1024 } else { 4096 };
        if offset < 0 || offset % step != 0 {
            return Err(RpcError::bad_request("OFFSET_INVALID"));
        }
        let crosses = offset / CHUNK != (offset + limit - 1) / CHUNK;
        if limit <= 0 || limit % step != 0 || limit > CHUNK || crosses || (!precise && CHUNK % limit != 0) {
            return Err(RpcError::bad_request("LIMIT_INVALID"));
        }
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
        let length = usize::try_from(limit).unwrap_or(0).min(bytes.len() - start);
        Ok(&bytes[start..start + length])
    }
}

/// Width and height of a JPEG or PNG; nothing if it is neither.
pub(crate) fn image_size(bytes: &[u8]) -> Option<(i32, i32)> {
    png_size(bytes).or_else(|| jpeg_size(bytes))
}

fn png_size(bytes: &[u8]) -> Option<(i32, i32)> {
    let header = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?.get(8..16)?;
    let (width, height) = header.split_first_chunk::<4>()?;
    let height = height.first_chunk::<4>()?;
    Some((i32::from_be_bytes(*width), i32::from_be_bytes(*height)))
}

fn jpeg_size(bytes: &[u8]) -> Option<(i32, i32)> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        let [0xff, marker, high, low, ..] = *rest else { return None };
        let is_frame = matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
        if is_frame {
            let size = rest.get(5..9)?;
            let number = |at: usize| i32::from(u16::from_be_bytes([size[at], size[at + 1]]));
            return Some((number(2), number(0)));
        }
        rest = rest.get(2 + usize::from(u16::from_be_bytes([high, low]))..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small_file(id: i64, parts: i32) -> tl::enums::InputFile {
        let (name, md5_checksum) = (String::new(), String::new());
        tl::types::InputFile { id, parts, name, md5_checksum }.into()
    }

    fn text(outcome: Allowed<impl std::fmt::Debug>) -> String {
        outcome.expect_err("must be refused").text
    }

    #[test]
    fn parts_become_a_file_in_their_order() {
        let mut files = Files::new(1);
        files.save_part(1, 7, 1, None, vec![2; 10]).expect("accepted");
        files.save_part(1, 7, 0, None, vec![1; 1024]).expect("accepted");
        let bytes = files.finish_upload(1, &small_file(7, 2)).expect("complete");
        assert_eq!((bytes.len(), bytes[0], bytes[1024]), (1034, 1, 2));
    }

    #[test]
    fn a_missing_part_is_named() {
        let mut files = Files::new(1);
        files.save_part(1, 7, 0, None, vec![1; 1024]).expect("accepted");
        assert_eq!(text(files.finish_upload(1, &small_file(7, 2))), "FILE_PART_1_MISSING");
        assert_eq!(text(files.finish_upload(2, &small_file(7, 1))), "FILE_PART_0_MISSING");
    }

    #[test]
    fn ranges_follow_the_documented_limits() {
        let bytes = vec![0; 10_000];
        let cut = |offset, limit, precise| Range { offset, limit, precise }.cut(&bytes).map(<[u8]>::len);
        assert_eq!(cut(0, 4096, false), Ok(4096));
        assert_eq!(cut(8192, 4096, false), Ok(1808));
        assert_eq!(cut(1024 * 1024, 4096, false), Ok(0));
        assert_eq!(cut(1024, 1024, true), Ok(1024));
        assert_eq!(text(cut(1024, 4096, false)), "OFFSET_INVALID");
        assert_eq!(text(cut(0, 12_288, false)), "LIMIT_INVALID");
        assert_eq!(text(cut(1024 * 1020, 8192, true)), "LIMIT_INVALID");
    }

    #[test]
    fn an_old_reference_is_refused_as_expired() {
        let mut files = Files::new(1);
        let id = files.add_document(0, *b"x", "text/plain", Vec::new());
        let (hash, old) = (files.access_hash(id), files.reference(id));
        assert!(files.check(id, hash, &old).is_ok());
        files.expire_references();
        assert_eq!(text(files.check(id, hash, &old)), "FILE_REFERENCE_EXPIRED");
        assert_eq!(text(files.check(id, hash + 1, &old)), "FILE_ID_INVALID");
    }

    #[test]
    fn what_is_not_an_image_cannot_be_a_photo() {
        assert_eq!(text(Files::new(1).add_photo(0, *b"plain text")), "IMAGE_PROCESS_FAILED");
    }
}
