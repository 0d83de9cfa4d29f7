//! Names for runs that nobody named: an adjective, an animal and a number, as MLflow gives them.

use crate::error::broken;
use std::io::Read as _;
use trimtab_wire::Failure;

const ADJECTIVES: [&str; 64] = [
    "able", "adept", "agile", "alert", "amber", "ample", "apt", "azure", "bold", "brave", "bright",
    "brisk", "calm", "candid", "clever", "crisp", "daring", "deft", "dapper", "eager", "early",
    "exact", "fair", "fleet", "fond", "fresh", "gentle", "glad", "grand", "hardy", "hasty",
    "honest", "humble", "jolly", "keen", "kind", "lively", "loud", "loyal", "lucky", "mellow",
    "merry", "mighty", "modest", "neat", "nimble", "noble", "placid", "plucky", "polite", "proud",
    "quick", "quiet", "rare", "ready", "robust", "serene", "sharp", "silent", "sincere", "sleek",
    "spry", "steady", "swift",
];

const ANIMALS: [&str; 64] = [
    "ant", "auk", "bass", "bear", "bee", "boar", "carp", "cat", "cod", "colt", "conch", "crab",
    "crane", "crow", "cub", "deer", "doe", "dog", "dolphin", "dove", "duck", "eel", "elk", "ewe",
    "fawn", "finch", "fish", "flea", "fowl", "fox", "frog", "gnu", "goat", "goose", "grouse",
    "grub", "gull", "hare", "hawk", "hen", "heron", "horse", "jay", "kit", "koi", "lamb", "lark",
    "lynx", "mare", "mink", "mole", "moose", "moth", "mouse", "newt", "owl", "perch", "quail",
    "robin", "seal", "shrew", "swan", "trout", "wren",
];

/// A name.
pub(crate) fn random() -> Result<String, Failure> {
    let mut bytes = [0; 4];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(|e| broken("No random numbers", &e))?;
    Ok(name(bytes))
}

fn name([a, b, c, d]: [u8; 4]) -> String {
    let pick = |list: &[&'static str; 64], byte: u8| list[usize::from(byte) % 64];
    let number = u16::from_be_bytes([c, d]) % 1000;
    format!("{}-{}-{number}", pick(&ADJECTIVES, a), pick(&ANIMALS, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_differ() {
        assert_eq!(name([0, 0, 0, 7]), "able-ant-7");
        for byte in 0..=255 {
            assert!(name([byte, byte, 3, byte]).len() <= 20);
        }
        let lists = [ADJECTIVES, ANIMALS];
        for list in lists {
            assert!(list.is_sorted_by(|a, b| a != b));
        }
    }
}
