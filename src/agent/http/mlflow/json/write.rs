//! Answers as protobuf's JSON mapping writes them.

use serde::Serializer;

/// What protobuf leaves out of a message.
pub(crate) trait Unsaid {
    /// Whether it is absent or has no elements.
    fn is_unsaid(&self) -> bool;
}
impl<T> Unsaid for Option<T> {
    fn is_unsaid(&self) -> bool {
        self.is_none()
    }
}
impl<T> Unsaid for Vec<T> {
    fn is_unsaid(&self) -> bool {
        self.is_empty()
    }
}
impl<T> Unsaid for &[T] {
    fn is_unsaid(&self) -> bool {
        self.is_empty()
    }
}

/// For `skip_serializing_if`: lists without elements and absent values are not written.
pub(crate) fn empty<T: Unsaid>(value: &T) -> bool {
    value.is_unsaid()
}

/// Writes a double: JSON has no word for NaN and the infinities, so they are strings.
pub(crate) fn number<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    match word(*value) {
        Some(word) => serializer.serialize_str(word),
        None => serializer.serialize_f64(*value),
    }
}

fn word(value: f64) -> Option<&'static str> {
    if value.is_finite() {
        None
    } else if value.is_nan() {
        Some("NaN")
    } else if value > 0.0 {
        Some("Infinity")
    } else {
        Some("-Infinity")
    }
}
