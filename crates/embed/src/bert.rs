//! The encoder stack: embeddings, self-attention layers, mean over tokens.
//!
//! Several texts go through the layers as one tall matrix, row after row without padding; only attention looks at
//! where one text ends. A matrix product costs least per row when it is tall, so short texts gain most.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, Axis, Slice, concatenate};

use crate::arithmetic::{gelu, layer_norm, softmax};
use crate::tensors::{Tensors, damaged};
use crate::tokenizer::MAX_TOKENS;
use crate::{DIMENSIONS, OpenError};

/// Width of one attention head. Tensor shapes do not reveal it; it is 32 in every MiniLM of this width.
const HEAD: usize = 32;
const MAX_LAYERS: usize = 48;

struct Linear {
    /// Inputs by outputs: the transpose of the file's order, so that products read it in memory order.
    weight: Array2<f32>,
    bias: Array1<f32>,
}

struct Norm {
    gain: Array1<f32>,
    bias: Array1<f32>,
}

struct Layer {
    qkv: Linear,
    attended: Linear,
    attended_norm: Norm,
    up: Linear,
    down: Linear,
    down_norm: Norm,
}

pub(crate) struct Bert {
    words: Array2<f32>,
    /// Position table with the row of token type 0 added: one text has one type.
    positions: Array2<f32>,
    norm: Norm,
    layers: Vec<Layer>,
}

impl Bert {
    pub(crate) fn read(file: &[u8]) -> Result<Bert, OpenError> {
        let tensors = Tensors::read(file)?;
        let words = tensors.matrix("embeddings.word_embeddings.weight")?;
        if words.ncols() != DIMENSIONS {
            return Err(damaged(&format!("its width is {} instead of {DIMENSIONS}", words.ncols())));
        }
        let types = tensors.matrix("embeddings.token_type_embeddings.weight")?;
        let all = tensors.matrix("embeddings.position_embeddings.weight")?;
        if types.ncols() != DIMENSIONS || all.ncols() != DIMENSIONS || all.nrows() < 2 {
            return Err(damaged("its position or type table has the wrong shape"));
        }
        let kept = Slice::from(..all.nrows().min(MAX_TOKENS));
        let positions = all.slice_axis(Axis(0), kept).to_owned() + types.row(0);
        let norm = Norm::read(&tensors, "embeddings.LayerNorm")?;
        let layers = (0..MAX_LAYERS)
            .map(|i| format!("encoder.layer.{i}"))
            .take_while(|prefix| tensors.has(&format!("{prefix}.output.dense.weight")))
            .map(|prefix| Layer::read(&tensors, &prefix))
            .collect::<Result<_, _>>()?;
        Ok(Bert { words, positions, norm, layers })
    }

    /// Number of known tokens; ids handed to [`Bert::means`] must be below it.
    pub(crate) fn vocabulary(&self) -> usize {
        self.words.nrows()
    }

    /// Longest text in tokens.
    pub(crate) fn max_tokens(&self) -> usize {
        self.positions.nrows()
    }

    /// The mean token vector of every text. Texts must not be empty nor longer than [`Bert::max_tokens`].
    pub(crate) fn means(&self, texts: &[&[u32]]) -> Vec<Array1<f32>> {
        let rows = texts.iter().map(|ids| ids.len()).sum();
        let mut x = Array2::zeros((rows, DIMENSIONS));
        let tokens = texts.iter().flat_map(|ids| ids.iter().zip(self.positions.rows()));
        for (mut row, (&id, position)) in x.rows_mut().into_iter().zip(tokens) {
            row.assign(&position);
            row += &self.words.row(id as usize);
        }
        self.norm.apply(&mut x);
        let lengths: Vec<usize> = texts.iter().map(|ids| ids.len()).collect();
        for layer in &self.layers {
            layer.apply(&mut x, &lengths);
        }
        spans(&lengths)
            .map(|(begin, end)| {
                let sum = x.slice_axis(Axis(0), Slice::from(begin..end)).sum_axis(Axis(0));
                sum / (end - begin) as f32
            })
            .collect()
    }
}

impl Layer {
    fn read(tensors: &Tensors<'_>, prefix: &str) -> Result<Layer, OpenError> {
        let part = |name: &str| Linear::read(tensors, &format!("{prefix}.{name}"));
        let qkv = Linear::side_by_side(&[
            part("attention.self.query")?,
            part("attention.self.key")?,
            part("attention.self.value")?,
        ])?;
        let layer = Layer {
            qkv,
            attended: part("attention.output.dense")?,
            attended_norm: Norm::read(tensors, &format!("{prefix}.attention.output.LayerNorm"))?,
            up: part("intermediate.dense")?,
            down: part("output.dense")?,
            down_norm: Norm::read(tensors, &format!("{prefix}.output.LayerNorm"))?,
        };
        let inner = layer.up.weight.ncols();
        let fits = layer.qkv.weight.dim() == (DIMENSIONS, 3 * DIMENSIONS)
            && layer.attended.weight.dim() == (DIMENSIONS, DIMENSIONS)
            && layer.up.weight.nrows() == DIMENSIONS
            && layer.down.weight.dim() == (inner, DIMENSIONS);
        if fits { Ok(layer) } else { Err(damaged(&format!("the tensors of `{prefix}` do not fit together"))) }
    }

    fn apply(&self, x: &mut Array2<f32>, lengths: &[usize]) {
        let qkv = self.qkv.apply(x);
        *x += &self.attended.apply(&attention(qkv.view(), lengths, HEAD));
        self.attended_norm.apply(x);
        let mut inner = self.up.apply(x);
        gelu(&mut inner);
        *x += &self.down.apply(&inner);
        self.down_norm.apply(x);
    }
}

/// Scaled dot-product attention (Vaswani et al. 2017) of every text with itself. `qkv` holds queries, keys and values
/// side by side; `head` divides their common width.
fn attention(qkv: ArrayView2<'_, f32>, lengths: &[usize], head: usize) -> Array2<f32> {
    let width = qkv.ncols() / 3;
    let scale = 1.0 / (head as f32).sqrt();
    let mut out = Array2::zeros((qkv.nrows(), width));
    for (begin, end) in spans(lengths) {
        let text = qkv.slice_axis(Axis(0), Slice::from(begin..end));
        let columns = |from: usize| text.slice_axis(Axis(1), Slice::from(from..from + head));
        let mut mixed = out.slice_axis_mut(Axis(0), Slice::from(begin..end));
        let mut scores = Array2::zeros((end - begin, end - begin));
        for at in (0..width).step_by(head) {
            general_mat_mul(scale, &columns(at), &columns(width + at).t(), 0.0, &mut scores);
            softmax(scores.view_mut());
            let mut target = mixed.slice_axis_mut(Axis(1), Slice::from(at..at + head));
            general_mat_mul(1.0, &scores, &columns(2 * width + at), 0.0, &mut target);
        }
    }
    out
}

fn spans(lengths: &[usize]) -> impl Iterator<Item = (usize, usize)> + '_ {
    lengths.iter().scan(0, |begin, &length| {
        let span = (*begin, *begin + length);
        *begin += length;
        Some(span)
    })
}

impl Linear {
    fn read(tensors: &Tensors<'_>, prefix: &str) -> Result<Linear, OpenError> {
        let weight = tensors.matrix(&format!("{prefix}.weight"))?.t().as_standard_layout().into_owned();
        let bias = tensors.vector(&format!("{prefix}.bias"))?;
        if weight.ncols() != bias.len() {
            return Err(damaged(&format!("the weight and bias of `{prefix}` do not fit together")));
        }
        Ok(Linear { weight, bias })
    }

    fn side_by_side(parts: &[Linear]) -> Result<Linear, OpenError> {
        let weights: Vec<_> = parts.iter().map(|p| p.weight.view()).collect();
        let biases: Vec<_> = parts.iter().map(|p| p.bias.view()).collect();
        let misfit = |_| damaged("its query, key and value tensors do not fit together");
        let weight = concatenate(Axis(1), &weights).map_err(misfit)?.as_standard_layout().into_owned();
        let bias = concatenate(Axis(0), &biases).map_err(misfit)?;
        Ok(Linear { weight, bias })
    }

    fn apply(&self, x: &Array2<f32>) -> Array2<f32> {
        let mut out = x.dot(&self.weight);
        out += &self.bias;
        out
    }
}

impl Norm {
    fn read(tensors: &Tensors<'_>, prefix: &str) -> Result<Norm, OpenError> {
        let gain = tensors.vector(&format!("{prefix}.weight"))?;
        let bias = tensors.vector(&format!("{prefix}.bias"))?;
        if gain.len() != DIMENSIONS || bias.len() != DIMENSIONS {
            return Err(damaged(&format!("`{prefix}` has the wrong length")));
        }
        Ok(Norm { gain, bias })
    }

    fn apply(&self, x: &mut Array2<f32>) {
        layer_norm(x, &self.gain, &self.bias);
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn attention_by_hand() {
        // Head width 1, so the scale is 1. Text A has two tokens, text B one; values are 10, 20 | 70.
        let ln3 = 3.0_f32.ln();
        let qkv = array![[1.0, 0.0, 10.0], [0.0, ln3, 20.0], [5.0, 5.0, 70.0]];
        let out = attention(qkv.view(), &[2, 1], 1);
        // Token 0 scores (0, ln 3): weights 1/4, 3/4 -> 17.5. Token 1 scores (0, 0) -> 15. Text B sees only itself.
        for (got, want) in out.iter().zip([17.5, 15.0, 70.0]) {
            assert!((got - want).abs() < 1e-4, "{got} {want}");
        }
    }

    #[test]
    fn heads_do_not_mix() {
        let qkv = array![[0.0, 9.0, 0.0, 9.0, 1.0, 2.0], [0.0, 9.0, 0.0, -9.0, 3.0, 4.0]];
        let out = attention(qkv.view(), &[2], 1);
        // Head 0 has equal scores: the mean of 1 and 3. Head 1 sees only its first value.
        for (got, want) in out.iter().zip([2.0, 2.0, 2.0, 2.0]) {
            assert!((got - want).abs() < 1e-4, "{got} {want}");
        }
    }
}
