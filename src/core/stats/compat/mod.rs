//! Other tools' own numbers, to the last digit where they are well conditioned: for teams that move over,
//! and for arguments about who is right. Nothing here judges.

pub mod evidently;
pub mod histogram;
pub mod nannyml;
