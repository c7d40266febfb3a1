//! How many parts a body has, counted before anything is built: an empty part takes two bytes to send and hundreds to hold.

use super::Unreadable;

/// Most fields with a length in a protobuf body, and most objects in a JSON one. A record with ten attributes has about forty.
const PARTS_MAX: usize = 1_000_000;
/// How deep fields are looked into; records stand at the third level, their attributes' texts at the sixth.
const DEPTH: usize = 7;

/// # Errors
/// [`Unreadable::TooLarge`] for more than [`PARTS_MAX`].
pub fn few_fields(body: &[u8]) -> Result<(), Unreadable> {
    let mut left = PARTS_MAX;
    count(body, DEPTH, &mut left)
}

/// # Errors
/// [`Unreadable::TooLarge`] for more than [`PARTS_MAX`].
pub fn few_objects(body: &[u8]) -> Result<(), Unreadable> {
    let objects = body.iter().filter(|b| **b == b'{').count();
    if objects > PARTS_MAX { Err(Unreadable::TooLarge) } else { Ok(()) }
}

/// Counts fields with a length, taking each for a message as far as it reads like one. Text that happens to do so counts too
/// much, never too little.
fn count(mut rest: &[u8], depth: usize, left: &mut usize) -> Result<(), Unreadable> {
    while let Some(tag) = varint(&mut rest) {
        let skip = match tag & 7 {
            0 => match varint(&mut rest) {
                Some(_) => 0,
                None => return Ok(()),
            },
            1 => 8,
            5 => 4,
            2 => {
                let Some(length) = varint(&mut rest).and_then(|l| usize::try_from(l).ok()) else { return Ok(()) };
                *left = left.checked_sub(1).ok_or(Unreadable::TooLarge)?;
                let Some(inner) = rest.get(..length) else { return Ok(()) };
                if depth > 1 && length > 1 {
                    count(inner, depth - 1, left)?;
                }
                length
            }
            _ => return Ok(()),
        };
        let Some(next) = rest.get(skip..) else { return Ok(()) };
        rest = next;
    }
    Ok(())
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, next) = rest.split_first()?;
        *rest = next;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
