//! What was left away, by its kind.

use serde::{Deserialize, Serialize};

macro_rules! losses {
    ($($(#[$meta:meta])* $name:ident = $word:literal,)+) => {
        /// Why something was left away, or not taken as it came.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Loss {$($(#[$meta])* $name,)+}

        impl Loss {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The kind's word.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }
    };
}

losses! {
    /// A batch that came before, whole.
    BatchRepeated = "batch_repeated",
    /// A batch turned away because too much came at once; senders keep it and come again.
    BatchTurnedAway = "batch_turned_away",
    /// A batch that could not be read.
    BatchUnreadable = "batch_unreadable",
    /// A record without any content or without its ids.
    RecordUnusable = "record_unusable",
    /// A time ahead of the desk's clock; the desk's was taken.
    ClockAhead = "clock_ahead",
    /// A line older than the window.
    LineLate = "line_late",
    /// A line that was longer than is read.
    LineCut = "line_cut",
    /// A line that is no text: counted, not kept.
    LineBinary = "line_binary",
    /// A kept line of a template with many; it is still counted.
    LineForgotten = "line_forgotten",
    /// A kept line that speaks of failure; it is still counted.
    FailingLineForgotten = "failing_line_forgotten",
    /// A line of a service beyond the number of services.
    ServiceBeyond = "service_beyond",
    /// A service that fell silent or had too many templates.
    ServiceForgotten = "service_forgotten",
    /// A line of a shape beyond the number of shapes.
    ShapeBeyond = "shape_beyond",
    /// The counts of a minute.
    MinuteForgotten = "minute_forgotten",
    /// The counts of an hour.
    HourForgotten = "hour_forgotten",
    /// A metric point older than the window.
    PointLate = "point_late",
    /// A point of a label set beyond the number of label sets of a metric.
    LabelSetBeyond = "label_set_beyond",
    /// A point of a series beyond the number of series, while no calm one could make room.
    SeriesBeyond = "series_beyond",
    /// A calm or silent series that made room for another.
    SeriesForgotten = "series_forgotten",
    /// A span older than the window.
    SpanLate = "span_late",
    /// A span of an operation beyond the number of operations; counted for its service.
    OperationBeyond = "operation_beyond",
    /// A minute of an operation.
    OperationMinuteForgotten = "operation_minute_forgotten",
    /// A failed span that made room for a newer one.
    FailedSpanForgotten = "failed_span_forgotten",
}

/// How much was left away, by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Losses(Vec<u64>);

impl Losses {
    pub(super) fn add(&mut self, loss: Loss, count: u64) {
        self.0.resize(Loss::ALL.len(), 0);
        self.0[loss as usize] += count;
    }

    /// How often.
    pub fn of(&self, loss: Loss) -> u64 {
        self.0.get(loss as usize).copied().unwrap_or_default()
    }

    /// Every kind that happened.
    pub fn all(&self) -> impl Iterator<Item = (Loss, u64)> {
        Loss::ALL.iter().map(|loss| (*loss, self.of(*loss))).filter(|(_, count)| *count > 0)
    }
}
