//! The one place where a run reads the clock, so that tests can stand in for it.

use std::sync::Arc;

/// Gives the time as UTC, RFC 3339, to the millisecond.
pub type Clock = Arc<dyn Fn() -> String + Send + Sync>;

/// The machine's clock.
#[must_use]
pub fn system() -> Clock {
    Arc::new(|| {
        let now = jiff::Timestamp::now();
        let milliseconds = now.as_millisecond();
        jiff::Timestamp::from_millisecond(milliseconds)
            .unwrap_or(now)
            .to_string()
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_system_clock_gives_rfc_3339_in_utc() {
        let now = super::system()();
        assert!(
            now.ends_with('Z') && now.parse::<jiff::Timestamp>().is_ok(),
            "{now}"
        );
    }
}
