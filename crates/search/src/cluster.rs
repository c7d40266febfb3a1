//! Texts that ask for the same thing, brought together by meaning.
//!
//! Average linkage (UPGMA, Sokal and Michener 1958) over cosine: two groups become one while the mean similarity between
//! their members is at least the bar. Found with chains of nearest neighbours (Benzécri 1982), which needs no list of all
//! pairs. The mean similarity of two groups is the product of their sums, so it is exact; only where to look is cut
//! short, at each text's [`NEIGHBOURS`] nearest above the bar. The outcome does not depend on the order of the texts.

use std::cmp::Ordering;

/// Nearest texts that are kept for each.
const NEIGHBOURS: usize = 48;
/// Rows compared with each other while they are close at hand in memory.
const TILE: usize = 16;

/// Groups of at least two vectors, as places in `vectors`: the largest group first, in each the most typical first. A
/// vector that is zero, not finite or of another length than the first usable one belongs to no group.
#[must_use]
pub fn clusters(vectors: &[Vec<f32>], bar: f32) -> Vec<Vec<usize>> {
    let points = points(vectors);
    let near = neighbours(&points, bar);
    let mut groups: Vec<Group> = points
        .into_iter()
        .zip(near)
        .map(|(point, near)| Group {
            weight: point.members.len() as f32,
            sum: point.sum(),
            members: point.members,
            near,
        })
        .collect();
    let mut into: Vec<usize> = (0..groups.len()).collect();
    for start in 0..groups.len() {
        follow_chain(start, &mut groups, &mut into, bar);
    }
    let mut found: Vec<Vec<usize>> =
        groups.into_iter().filter(|g| g.members.len() > 1).map(|g| typical_first(g, vectors)).collect();
    found.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| compare_at(vectors, a, b)));
    found
}

/// Equal vectors are one point.
struct Point {
    unit: Vec<f32>,
    members: Vec<usize>,
}

impl Point {
    fn sum(&self) -> Vec<f32> {
        let weight = self.members.len() as f32;
        self.unit.iter().map(|x| x * weight).collect()
    }
}

struct Group {
    sum: Vec<f32>,
    weight: f32,
    members: Vec<usize>,
    near: Vec<usize>,
}

impl Group {
    /// Mean cosine between the members of two groups.
    fn likeness(&self, other: &Self) -> f32 {
        dot(&self.sum, &other.sum) / (self.weight * other.weight)
    }
}

/// In an order that only the vectors decide.
fn points(vectors: &[Vec<f32>]) -> Vec<Point> {
    let length = vectors.iter().map(Vec::len).find(|n| *n > 0).unwrap_or(0);
    let mut units: Vec<(Vec<f32>, usize)> = vectors
        .iter()
        .enumerate()
        .filter(|(_, v)| v.len() == length)
        .filter_map(|(at, v)| Some((unit(v)?, at)))
        .collect();
    units.sort_by(|a, b| compare(&a.0, &b.0).then(a.1.cmp(&b.1)));
    let mut points: Vec<Point> = Vec::new();
    for (unit, at) in units {
        match points.last_mut().filter(|last| last.unit == unit) {
            Some(last) => last.members.push(at),
            None => points.push(Point { unit, members: vec![at] }),
        }
    }
    points
}

pub(crate) fn unit(vector: &[f32]) -> Option<Vec<f32>> {
    let norm = dot(vector, vector).sqrt();
    (norm.is_finite() && norm > 0.0).then(|| vector.iter().map(|x| x / norm).collect())
}

fn compare(a: &[f32], b: &[f32]) -> Ordering {
    a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}

fn compare_at(vectors: &[Vec<f32>], a: &[usize], b: &[usize]) -> Ordering {
    let first = |group: &[usize]| group.first().and_then(|at| vectors.get(*at)).map_or(&[][..], Vec::as_slice);
    compare(first(a), first(b)).then_with(|| a.cmp(b))
}

/// For each point those at or above the bar, whichever of the two keeps the other among its nearest.
fn neighbours(points: &[Point], bar: f32) -> Vec<Vec<usize>> {
    let mut best: Vec<Vec<(f32, usize)>> = vec![Vec::new(); points.len()];
    for (row, left) in points.chunks(TILE).enumerate() {
        for (column, right) in points.chunks(TILE).enumerate().skip(row) {
            for (i, a) in left.iter().enumerate() {
                let from = if row == column { i + 1 } else { 0 };
                for (j, b) in right.iter().enumerate().skip(from) {
                    let likeness = dot(&a.unit, &b.unit);
                    if likeness >= bar {
                        keep(&mut best, row * TILE + i, column * TILE + j, likeness);
                        keep(&mut best, column * TILE + j, row * TILE + i, likeness);
                    }
                }
            }
        }
    }
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); points.len()];
    for (a, mut list) in best.into_iter().enumerate() {
        nearest_only(&mut list);
        for (_, b) in list {
            link(&mut near, a, b);
            link(&mut near, b, a);
        }
    }
    for list in &mut near {
        list.sort_unstable();
        list.dedup();
    }
    near
}

fn link(near: &mut [Vec<usize>], a: usize, b: usize) {
    if let Some(list) = near.get_mut(a) {
        list.push(b);
    }
}

fn keep(best: &mut [Vec<(f32, usize)>], at: usize, other: usize, likeness: f32) {
    if let Some(list) = best.get_mut(at) {
        list.push((likeness, other));
        if list.len() >= 4 * NEIGHBOURS {
            nearest_only(list);
        }
    }
}

fn nearest_only(list: &mut Vec<(f32, usize)>) {
    list.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    list.truncate(NEIGHBOURS);
}

/// Goes from a group to its nearest, on to that one's nearest, and so on; two that are each other's nearest become
/// one. Groups without a partner above the bar are done: joining others never brings them closer.
fn follow_chain(start: usize, groups: &mut [Group], into: &mut [usize], bar: f32) {
    if groups.get(start).is_none_or(|g| g.members.is_empty()) {
        return;
    }
    let mut chain = vec![start];
    while let Some(top) = chain.last().copied() {
        let before = chain.len().checked_sub(2).and_then(|at| chain.get(at)).copied();
        match nearest(top, before, groups, into, bar) {
            None => {
                chain.pop();
            }
            Some(other) if Some(other) == before => {
                chain.truncate(chain.len() - 2);
                join(top.min(other), top.max(other), groups, into);
                if chain.is_empty() {
                    chain.push(top.min(other));
                }
            }
            Some(other) => chain.push(other),
        }
    }
}

/// The group most like this one at or above the bar; at a tie the one before it in the chain, then the first.
fn nearest(at: usize, before: Option<usize>, groups: &mut [Group], into: &[usize], bar: f32) -> Option<usize> {
    let group = groups.get_mut(at)?;
    let mut near: Vec<usize> = std::mem::take(&mut group.near).into_iter().map(|id| now(id, into)).collect();
    near.sort_unstable();
    near.dedup();
    near.retain(|other| *other != at);
    let group = groups.get(at)?;
    let mut best: Option<(f32, usize)> = None;
    // A partner below the bar stays below it whatever it joins, so it is not looked at again.
    near.retain(|other| {
        let likeness = groups.get(*other).map_or(-1.0, |o| group.likeness(o));
        let wins = best.is_none_or(|(most, _)| likeness > most || (likeness >= most && Some(*other) == before));
        if likeness >= bar && wins {
            best = Some((likeness, *other));
        }
        likeness >= bar
    });
    if let Some(group) = groups.get_mut(at) {
        group.near = near;
    }
    best.map(|(_, other)| other)
}

/// Where a group that was joined lives now.
fn now(mut id: usize, into: &[usize]) -> usize {
    while let Some(next) = into.get(id).copied().filter(|next| *next != id) {
        id = next;
    }
    id
}

fn join(keeps: usize, goes: usize, groups: &mut [Group], into: &mut [usize]) {
    let Some(gone) = groups.get_mut(goes) else { return };
    let (sum, members, near) =
        (std::mem::take(&mut gone.sum), std::mem::take(&mut gone.members), std::mem::take(&mut gone.near));
    let weight = gone.weight;
    if let Some(kept) = groups.get_mut(keeps) {
        kept.sum.iter_mut().zip(sum).for_each(|(a, b)| *a += b);
        kept.weight += weight;
        kept.members.extend(members);
        kept.near.extend(near);
    }
    if let Some(place) = into.get_mut(goes) {
        *place = keeps;
    }
}

fn typical_first(group: Group, vectors: &[Vec<f32>]) -> Vec<usize> {
    let like = |at: &usize| {
        let vector = vectors.get(*at).map_or(&[][..], Vec::as_slice);
        dot(vector, &group.sum) / dot(vector, vector).sqrt()
    };
    let mut members: Vec<(f32, usize)> = group.members.iter().map(|at| (like(at), *at)).collect();
    members.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| compare_at(vectors, &[a.1], &[b.1])));
    members.into_iter().map(|(_, at)| at).collect()
}

/// Sixteen sums side by side, which processors do at once.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 16];
    let (left, right) = (a.chunks_exact(16), b.chunks_exact(16));
    let tail: f32 = left.remainder().iter().zip(right.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in left.zip(right) {
        for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
            *sum += x * y;
        }
    }
    sums.iter().sum::<f32>() + tail
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(degrees: f32) -> Vec<f32> {
        vec![degrees.to_radians().cos(), degrees.to_radians().sin(), 0.0]
    }

    fn as_sets(groups: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = groups
            .into_iter()
            .map(|mut g| {
                g.sort_unstable();
                g
            })
            .collect();
        groups.sort();
        groups
    }

    #[test]
    fn what_is_alike_comes_together_and_the_rest_stays_apart() {
        let vectors: Vec<Vec<f32>> = [0.0, 5.0, 10.0, 90.0, 95.0, 180.0].map(at).to_vec();
        let found = clusters(&vectors, 0.9);
        assert_eq!(found[0][0], 1, "the middle one is the most typical");
        assert_eq!(as_sets(found), [vec![0, 1, 2], vec![3, 4]]);
        assert!(clusters(&vectors, 1.1).is_empty());
        assert_eq!(clusters(&[], 0.5), Vec::<Vec<usize>>::new());
    }

    #[test]
    fn a_chain_of_small_steps_is_not_one_group() {
        let vectors: Vec<Vec<f32>> = (0..19).map(|n| at(n as f32 * 10.0)).collect();
        let found = clusters(&vectors, 0.9);
        assert!(found.len() > 2, "single steps of 10 degrees, but ends point apart: {found:?}");
        for group in &found {
            let mean: f32 =
                group.iter().flat_map(|a| group.iter().map(|b| dot(&vectors[*a], &vectors[*b]))).sum::<f32>();
            assert!(mean / (group.len() * group.len()) as f32 >= 0.85, "{group:?}");
        }
    }

    #[test]
    fn unusable_vectors_belong_nowhere() {
        let vectors = vec![at(0.0), vec![0.0; 3], vec![f32::NAN, 0.0, 0.0], vec![1.0], at(0.0), Vec::new()];
        assert_eq!(clusters(&vectors, 0.5), [vec![0, 4]]);
    }

    /// Nearer to each other than this, two likenesses may change places by rounding.
    const ROUNDING: f32 = 2e-6;

    /// Average linkage by looking at every pair of groups again and again; none where a tie leaves more than one right answer.
    fn plain(vectors: &[Vec<f32>], bar: f32) -> Option<Vec<Vec<usize>>> {
        let mut groups: Vec<Vec<usize>> = (0..vectors.len()).map(|n| vec![n]).collect();
        loop {
            let mut means = Vec::new();
            for i in 0..groups.len() {
                for j in i + 1..groups.len() {
                    let pairs =
                        groups[i].iter().flat_map(|a| groups[j].iter().map(|b| dot(&vectors[*a], &vectors[*b])));
                    means.push((pairs.sum::<f32>() / (groups[i].len() * groups[j].len()) as f32, i, j));
                }
            }
            means.sort_by(|a, b| b.0.total_cmp(&a.0));
            let Some(&(best, i, j)) = means.first() else { break };
            let is_close = |other: f32| (best - other).abs() < ROUNDING;
            if is_close(bar) || means.get(1).is_some_and(|second| best > bar && is_close(second.0)) {
                return None;
            }
            if best < bar {
                break;
            }
            let gone = groups.remove(j);
            groups[i].extend(gone);
        }
        groups.retain(|g| g.len() > 1);
        Some(groups)
    }

    proptest! {
        #[test]
        fn the_order_of_texts_does_not_matter(angles in prop::collection::vec(0_u16..3_600, 0..40), bar in 0.5_f32..0.99, turn in 0_usize..40) {
            let vectors: Vec<Vec<f32>> = angles.iter().map(|a| at(f32::from(*a) / 10.0)).collect();
            let mut turned = vectors.clone();
            turned.rotate_left(turn.min(vectors.len()));
            turned.reverse();
            let back = |place: usize| (vectors.len() - 1 - place + turn.min(vectors.len())) % vectors.len();
            let expected = as_sets(clusters(&vectors, bar)).into_iter().map(|g| g.iter().map(|p| compare_key(&vectors[*p])).collect::<Vec<_>>());
            let found = clusters(&turned, bar).into_iter().map(|g| g.into_iter().map(back).collect());
            let found = as_sets(found.collect()).into_iter().map(|g| g.iter().map(|p| compare_key(&vectors[*p])).collect::<Vec<_>>());
            prop_assert_eq!(sorted(expected), sorted(found));
        }

        #[test]
        fn equal_texts_are_never_apart(angles in prop::collection::vec(0_u16..360, 1..20), bar in 0.5_f32..0.99) {
            let twice: Vec<Vec<f32>> = angles.iter().chain(&angles).map(|a| at(f32::from(*a))).collect();
            let groups = clusters(&twice, bar);
            for n in 0..angles.len() {
                let home = |place: usize| groups.iter().position(|g| g.contains(&place));
                prop_assert!(home(n).is_some() && home(n) == home(n + angles.len()));
            }
        }

        #[test]
        fn the_same_as_looking_at_every_pair(seeds in prop::collection::hash_set(0_u32..3_600_000, 0..20), bar in 0.5_f32..0.98) {
            let vectors: Vec<Vec<f32>> = seeds.iter().map(|s| at(*s as f32 / 10_000.0)).collect();
            // Two pairs may be equally far apart; such a draw has more than one right answer and proves nothing.
            let Some(expected) = plain(&vectors, bar) else { return Err(TestCaseError::reject("a tie")) };
            prop_assert_eq!(as_sets(clusters(&vectors, bar)), as_sets(expected));
        }
    }

    fn compare_key(vector: &[f32]) -> Vec<i64> {
        vector.iter().map(|x| (f64::from(*x) * 1e6) as i64).collect()
    }

    fn sorted(groups: impl Iterator<Item = Vec<Vec<i64>>>) -> Vec<Vec<Vec<i64>>> {
        let mut all: Vec<Vec<Vec<i64>>> = groups
            .map(|mut g| {
                g.sort();
                g
            })
            .collect();
        all.sort();
        all
    }
}
