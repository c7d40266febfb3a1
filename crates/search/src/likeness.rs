//! Which differences of meaning matter when two texts ask for the same thing.
//!
//! An encoder's cosine gives every direction the same say. Here directions in which requests of one kind differ among
//! themselves are shortened, and those in which kinds differ are kept: linear discriminant analysis (Fisher 1936, Rao 1948)
//! on vectors of requests sorted by people. The directions are learnt once (`examples/learn_likeness.rs`) and shipped; on
//! kinds that were not among the examples they still help, which is what they are for.

use std::sync::LazyLock;

/// Length of the encoder's vectors that the directions were learnt for.
const DIMENSIONS: usize = 384;

static SHIPPED: LazyLock<Likeness> = LazyLock::new(|| Likeness::read(include_bytes!("likeness.bin")));

/// Directions that tell requests apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Likeness {
    directions: Vec<Vec<f32>>,
}

/// A text's place along the directions, of length 1.
pub(crate) struct Place(Vec<f32>);

impl Place {
    pub(crate) fn components(&self) -> &[f32] {
        &self.0
    }

    /// -1 to 1.
    pub(crate) fn cosine(&self, other: &Self) -> f64 {
        f64::from(self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum::<f32>())
    }
}

impl Likeness {
    /// The directions that are part of this program.
    pub(crate) fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// From directions, each as long as a vector.
    #[must_use]
    pub fn new(directions: Vec<Vec<f32>>) -> Self {
        Self { directions }
    }

    /// One byte per component, behind a scale for each direction.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let record = |direction: &Vec<f32>| {
            let largest = direction.iter().fold(f32::MIN_POSITIVE, |max, x| max.max(x.abs()));
            let scale = largest / 127.0;
            let values = direction.iter().map(move |x| ((x / scale).round() as i8).cast_unsigned());
            scale.to_le_bytes().into_iter().chain(values).collect::<Vec<u8>>()
        };
        self.directions.iter().flat_map(record).collect()
    }

    fn read(bytes: &[u8]) -> Self {
        let direction = |record: &[u8]| {
            let (scale, values) = record.split_first_chunk::<4>()?;
            let scale = f32::from_le_bytes(*scale);
            Some(values.iter().map(|byte| f32::from(byte.cast_signed()) * scale).collect())
        };
        Self { directions: bytes.chunks_exact(4 + DIMENSIONS).filter_map(direction).collect() }
    }

    /// Nothing for a vector of another length: then plain cosine has to do.
    pub(crate) fn place(&self, vector: &[f32]) -> Option<Place> {
        if vector.len() != DIMENSIONS || self.directions.is_empty() {
            return None;
        }
        let along = |direction: &Vec<f32>| direction.iter().zip(vector).map(|(a, b)| a * b).sum::<f32>();
        let place: Vec<f32> = self.directions.iter().map(along).collect();
        let length = place.iter().map(|x| x * x).sum::<f32>().sqrt();
        (length > 0.0).then(|| Place(place.iter().map(|x| x / length).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_keep_directions_and_only_they_count() {
        let mut direction = vec![0.0; DIMENSIONS];
        direction[3] = 2.0;
        let likeness = Likeness::read(&Likeness::new(vec![direction.clone(), direction]).to_bytes());
        let vector = |a: f32, b: f32| {
            let mut vector = vec![0.0; DIMENSIONS];
            (vector[3], vector[4]) = (a, b);
            likeness.place(&vector).unwrap()
        };
        assert!((vector(1.0, 0.0).cosine(&vector(0.5, 9.0)) - 1.0).abs() < 1e-3);
        assert!(vector(1.0, 0.0).cosine(&vector(-1.0, 0.0)) < -0.99);
        assert!(likeness.place(&[1.0, 2.0]).is_none());
    }

    #[test]
    fn directions_are_shipped() {
        assert!(Likeness::shipped().directions.len() >= 32);
    }
}
