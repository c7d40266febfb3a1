//! Marks a statement, so that a test finds every one of them and has both engines parse it.

macro_rules! sql {
    ($text:literal) => {
        $text
    };
}
pub(crate) use sql;

macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$(::store::raw::Param::value($value)),*] };
}
pub(crate) use params;
