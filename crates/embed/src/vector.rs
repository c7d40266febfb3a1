//! The unit vector and its stored forms.

use crate::DIMENSIONS;

/// A direction in meaning space: [`DIMENSIONS`] components, length 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Vector(Box<[f32]>);

/// Why stored bytes are not a [`Vector`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VectorError {
    /// The stored form has another length.
    #[error("a stored vector has {found} bytes instead of {expected}: encode the text again")]
    WrongLength {
        /// Bytes needed.
        expected: usize,
        /// Bytes handed in.
        found: usize,
    },
    /// All zero, infinite or not a number: such bytes have no direction.
    #[error("a stored vector has no direction (zero or not finite): encode the text again")]
    NoDirection,
}

impl Vector {
    /// Scales `components` to length 1. `None` when there are not [`DIMENSIONS`] of them or they have no direction.
    pub(crate) fn from_direction(components: &[f32]) -> Option<Vector> {
        if components.len() != DIMENSIONS {
            return None;
        }
        let length = components.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
        if !length.is_finite() || length < 1e-30 {
            return None;
        }
        Some(Vector(components.iter().map(|&x| (f64::from(x) / length) as f32).collect()))
    }

    /// The first axis: what a text gets if finite weights still overflow on it.
    pub(crate) fn first_axis() -> Vector {
        let mut components = vec![0.0; DIMENSIONS];
        if let Some(first) = components.first_mut() {
            *first = 1.0;
        }
        Vector(components.into())
    }

    /// The components, in the model's order.
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }

    /// Cosine similarity, in -1..=1; 1 is the same direction.
    pub fn cosine(&self, other: &Vector) -> f32 {
        let dot: f32 = self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum();
        dot.clamp(-1.0, 1.0)
    }

    /// The compact form, one byte per component. The largest component becomes 127 or -127; the scale is not kept,
    /// because a unit vector needs none.
    pub fn to_i8(&self) -> Vec<i8> {
        let largest = self.0.iter().fold(0.0_f32, |m, x| m.max(x.abs())).max(f32::MIN_POSITIVE);
        self.0.iter().map(|x| (x / largest * 127.0).round() as i8).collect()
    }

    /// Reads the compact form back; its cosine with the original is above 0.999.
    ///
    /// # Errors
    /// [`VectorError`] when the length is not [`DIMENSIONS`] or all components are zero.
    pub fn from_i8(compact: &[i8]) -> Result<Vector, VectorError> {
        if compact.len() != DIMENSIONS {
            return Err(VectorError::WrongLength { expected: DIMENSIONS, found: compact.len() });
        }
        let components: Vec<f32> = compact.iter().map(|&x| f32::from(x)).collect();
        Vector::from_direction(&components).ok_or(VectorError::NoDirection)
    }

    /// The exact form: little-endian `f32`, 4 bytes per component.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|x| x.to_le_bytes()).collect()
    }

    /// Reads the exact form. Bytes that are not of length 1 are scaled to it.
    ///
    /// # Errors
    /// [`VectorError`] when the length is wrong or the bytes have no direction.
    pub fn from_bytes(bytes: &[u8]) -> Result<Vector, VectorError> {
        let expected = DIMENSIONS * 4;
        if bytes.len() != expected {
            return Err(VectorError::WrongLength { expected, found: bytes.len() });
        }
        let components = crate::tensors::floats(bytes);
        let vector = Vector::from_direction(&components).ok_or(VectorError::NoDirection)?;
        // A stored unit vector comes back bit for bit; dividing by a length of almost 1 would move the last bits.
        if vector.0.iter().zip(&components).all(|(a, b)| (a - b).abs() <= 1e-6) {
            return Ok(Vector(components.into()));
        }
        Ok(vector)
    }
}
