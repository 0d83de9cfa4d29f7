//! Columns compared beside each other: what comes after reading takes longer than reading.

use std::{panic, thread};

/// Does something to each item, on as many threads as there are cores, and keeps their order.
pub fn in_parallel<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut lanes: Vec<Vec<(usize, T)>> = (0..threads).map(|_| Vec::new()).collect();
    for (at, item) in items.into_iter().enumerate() {
        lanes[at % threads].push((at, item));
    }
    let lane = |items: Vec<(usize, T)>| -> Vec<(usize, R)> {
        items
            .into_iter()
            .map(|(at, item)| (at, work(item)))
            .collect()
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let lanes: Vec<_> = lanes
            .into_iter()
            .filter(|items| !items.is_empty())
            .map(|items| scope.spawn(|| lane(items)))
            .collect();
        let join = |t: thread::ScopedJoinHandle<'_, _>| match t.join() {
            Ok(done) => done,
            Err(panic) => panic::resume_unwind(panic),
        };
        lanes.into_iter().flat_map(join).collect()
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept() {
        let squares = in_parallel((0..1_000).collect(), |i: u64| i * i);
        assert_eq!(squares, (0..1_000).map(|i| i * i).collect::<Vec<u64>>());
        assert!(in_parallel(Vec::<u8>::new(), |_| 1).is_empty());
    }
}
