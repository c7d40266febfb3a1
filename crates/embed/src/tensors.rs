//! Reads named `f32` tensors out of a safetensors file: a length, a JSON header, then raw little-endian data.

use std::collections::HashMap;

use ndarray::{Array1, Array2};
use serde::Deserialize;
use serde_json::Value;

use crate::OpenError;
use crate::weights::MODEL_FILE;

/// The published header has 10 kB; anything near this bound is not a model of ours.
const MAX_HEADER: usize = 4 << 20;

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (usize, usize),
}

pub(crate) struct Tensors<'a> {
    entries: HashMap<String, Entry>,
    data: &'a [u8],
}

impl<'a> Tensors<'a> {
    pub(crate) fn read(file: &'a [u8]) -> Result<Tensors<'a>, OpenError> {
        let (length, rest) = file.split_first_chunk::<8>().ok_or_else(|| damaged("it is shorter than 8 bytes"))?;
        let length = usize::try_from(u64::from_le_bytes(*length))
            .ok()
            .filter(|&n| n <= MAX_HEADER && n <= rest.len())
            .ok_or_else(|| damaged("its header does not fit"))?;
        let (header, data) = rest.split_at(length);
        let values: HashMap<String, Value> =
            serde_json::from_slice(header).map_err(|e| damaged(&format!("its header is not readable: {e}")))?;
        let mut entries = HashMap::new();
        for (name, value) in values {
            if name == "__metadata__" {
                continue;
            }
            let entry = serde_json::from_value(value)
                .map_err(|e| damaged(&format!("the entry of tensor `{name}` is not readable: {e}")))?;
            entries.insert(name, entry);
        }
        Ok(Tensors { entries, data })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    pub(crate) fn vector(&self, name: &str) -> Result<Array1<f32>, OpenError> {
        let (shape, values) = self.tensor(name)?;
        match shape {
            [_] => Ok(Array1::from_vec(values)),
            _ => Err(damaged(&format!("tensor `{name}` is not a vector"))),
        }
    }

    pub(crate) fn matrix(&self, name: &str) -> Result<Array2<f32>, OpenError> {
        let (shape, values) = self.tensor(name)?;
        let not_a_matrix = || damaged(&format!("tensor `{name}` is not a matrix"));
        match *shape {
            [rows, columns] => Array2::from_shape_vec((rows, columns), values).map_err(|_| not_a_matrix()),
            _ => Err(not_a_matrix()),
        }
    }

    fn tensor(&self, name: &str) -> Result<(&[usize], Vec<f32>), OpenError> {
        let entry = self.entries.get(name).ok_or_else(|| damaged(&format!("tensor `{name}` is missing")))?;
        if entry.dtype != "F32" {
            return Err(damaged(&format!("tensor `{name}` has type {} instead of F32", entry.dtype)));
        }
        let (begin, end) = entry.data_offsets;
        let bytes =
            self.data.get(begin..end).ok_or_else(|| damaged(&format!("tensor `{name}` lies outside the file")))?;
        let size = entry.shape.iter().try_fold(4_usize, |n, &side| n.checked_mul(side));
        if size != Some(bytes.len()) || bytes.is_empty() {
            return Err(damaged(&format!("tensor `{name}` has not the size of its shape")));
        }
        let values = floats(bytes);
        if values.iter().any(|x| !x.is_finite()) {
            return Err(damaged(&format!("tensor `{name}` holds values that are not finite")));
        }
        Ok((&entry.shape, values))
    }
}

pub(crate) fn damaged(why: &str) -> OpenError {
    OpenError::Damaged { file: MODEL_FILE.to_owned(), why: why.to_owned() }
}

/// Little-endian `f32`s; a ragged tail is left out (callers check the length).
pub(crate) fn floats(bytes: &[u8]) -> Vec<f32> {
    let (chunks, _) = bytes.as_chunks::<4>();
    chunks.iter().map(|c| f32::from_le_bytes(*c)).collect()
}
