//! A session: the folder of one run below `.workflow/active/`, and what its main file says.

use serde::{Deserialize, Serialize};

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    Planning,
    Active,
    /// Candidates wait for a person.
    Review,
    Completed,
    Blocked,
    Paused,
    Failed,
    Cancelled,
}

/// The content of `workflow-session.json`. Times are UTC, RFC 3339.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    #[serde(default = "schema")]
    pub schema: String,
    pub session_id: String,
    #[serde(rename = "type")]
    pub kind: String,
    /// What the run is about, in words.
    pub project: String,
    pub status: SessionStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_session_id: Option<String>,
    pub created_at: String,
    pub updated_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<String>,
    /// `session`, `prompt` or `file`; `generate` for a run of the generator alone.
    pub mode: String,
    pub agent: String,
}

fn schema() -> String {
    Session::SCHEMA.into()
}

impl Session {
    /// The value of `schema` in `workflow-session.json`.
    pub const SCHEMA: &str = "covgap.session/1";
}

/// Longest slug in a session's id, in characters.
const SLUG_LENGTH: usize = 50;

/// The session id for a text, `WFS-test-<slug>`: lower case, runs of anything but ASCII letters and
/// digits become one `-`, at most 50 characters. Collisions are the caller's: `-2`, `-3`.
#[must_use]
pub fn session_id(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= SLUG_LENGTH {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    format!("WFS-test-{}", if slug.is_empty() { "run" } else { slug })
}

#[cfg(test)]
mod tests {
    use super::session_id;

    #[test]
    fn a_session_id_is_a_slug_of_its_text() {
        assert_eq!(
            session_id("Raise coverage of src/shop"),
            "WFS-test-raise-coverage-of-src-shop"
        );
        assert_eq!(session_id("  ÄÖ -- !"), "WFS-test-run");
        assert_eq!(session_id(&"ab".repeat(60)).len(), "WFS-test-".len() + 50);
    }
}
