//! The review queue: what people decided about a run's tests, with undo.
//!
//! Decisions are lines of a session's `decisions.jsonl`, appended by any process under a short lock.
//! A decision that writes a file is three steps: [`Act::Intent`] (what will be written, with the old
//! bytes kept as a snapshot), the atomic write, [`Act::Decided`]. A crash between any two of them is
//! seen in the fold as an open intent and settled by comparing the file's hash.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::candidate::{CandidateId, Decision};

/// One line of `decisions.jsonl`. `seq` counts from 1 without holes; `time` is UTC, RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionEvent {
    pub v: u32,
    pub seq: u64,
    pub time: String,
    /// Who: `person` or `policy`.
    pub by: String,
    /// The last line its author had read.
    pub read: u64,
    pub act: Act,
}

/// What was decided or is about to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Act {
    /// A file is about to change.
    Intent {
        change: Change,
        /// What follows when the change is on disk.
        then: Then,
    },
    /// A decision stands. `intent` is the `seq` of the intent whose change it settles.
    Decided {
        candidates: Vec<CandidateId>,
        decision: Decision,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<u64>,
    },
    /// The decision at `of` was taken back (and its file change with it).
    Undone {
        of: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<u64>,
    },
    /// The intent at `of` never reached the disk.
    Abandoned { of: u64 },
}

/// What an intent leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Then {
    Accept { candidates: Vec<CandidateId> },
    Undo { of: u64 },
}

/// One file before and after. Hashes are blake3, hexadecimal; none means that the file is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Relative to the project, with `/`.
    pub file: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// Name of the old bytes below `snapshots/`; none when the file was absent.
    pub snapshot: Option<String>,
}

/// Where one test stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub decision: Decision,
    pub reason: Option<String>,
    pub at: String,
    pub by: String,
}

/// A decision in force that can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    pub seq: u64,
    pub candidates: Vec<CandidateId>,
    pub decision: Decision,
    pub change: Option<Change>,
}

/// The fold of all decisions of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions {
    /// `seq` of the last line folded in.
    pub read: u64,
    standing: BTreeMap<CandidateId, Standing>,
    in_force: Vec<InForce>,
    intents: BTreeMap<u64, (Change, Then)>,
}

/// A decision that another one made before it forbids.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    #[error("{id} is {} already (decided {at} by {by}); undo that first", decision.word())]
    Decided {
        id: CandidateId,
        decision: Decision,
        at: String,
        by: String,
    },
}

impl Decisions {
    /// Folds one line in.
    pub fn apply(&mut self, event: &DecisionEvent) {
        self.read = event.seq;
        match &event.act {
            Act::Intent { change, then } => {
                self.intents
                    .insert(event.seq, (change.clone(), then.clone()));
            }
            Act::Decided {
                candidates,
                decision,
                reason,
                intent,
            } => {
                let change = intent
                    .and_then(|i| self.intents.remove(&i))
                    .map(|(change, _)| change);
                for id in candidates {
                    let standing = Standing {
                        decision: *decision,
                        reason: reason.clone(),
                        at: event.time.clone(),
                        by: event.by.clone(),
                    };
                    self.standing.insert(id.clone(), standing);
                }
                self.in_force.push(InForce {
                    seq: event.seq,
                    candidates: candidates.clone(),
                    decision: *decision,
                    change,
                });
            }
            Act::Undone { of, intent } => {
                if let Some(intent) = intent {
                    self.intents.remove(intent);
                }
                if let Some(at) = self.in_force.iter().position(|d| d.seq == *of) {
                    for id in self.in_force.remove(at).candidates {
                        self.standing.remove(&id);
                    }
                }
            }
            Act::Abandoned { of } => {
                self.intents.remove(of);
            }
        }
    }

    /// Where a test stands; none while nobody decided.
    #[must_use]
    pub fn standing(&self, id: &CandidateId) -> Option<&Standing> {
        self.standing.get(id)
    }

    /// The decision about a test, `Pending` while there is none.
    #[must_use]
    pub fn decision(&self, id: &CandidateId) -> Decision {
        self.standing
            .get(id)
            .map_or(Decision::Pending, |s| s.decision)
    }

    /// Decisions in force, oldest first; the last is what undo takes back.
    #[must_use]
    pub fn in_force(&self) -> &[InForce] {
        &self.in_force
    }

    /// Changes that were announced and neither settled nor abandoned: what a crash left behind.
    #[must_use]
    pub fn open_intents(&self) -> Vec<(u64, Change, Then)> {
        self.intents
            .iter()
            .map(|(seq, (change, then))| (*seq, change.clone(), then.clone()))
            .collect()
    }

    /// Whether these tests may be decided now: a skipped test may be decided later, an accepted or
    /// rejected one only after undo.
    ///
    /// # Errors
    /// [`Conflict`] names the first test that was decided otherwise, when and by whom.
    pub fn may_decide(&self, candidates: &[CandidateId]) -> Result<(), Conflict> {
        for id in candidates {
            if let Some(s) = self.standing.get(id)
                && matches!(s.decision, Decision::Accepted | Decision::Rejected)
            {
                return Err(Conflict::Decided {
                    id: id.clone(),
                    decision: s.decision,
                    at: s.at.clone(),
                    by: s.by.clone(),
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: usize) -> CandidateId {
        CandidateId::nth(n)
    }

    fn fold(acts: Vec<Act>) -> Decisions {
        let mut decisions = Decisions::default();
        for (i, act) in acts.into_iter().enumerate() {
            let seq = i as u64 + 1;
            let time = format!("2026-01-01T00:00:{seq:02}Z");
            decisions.apply(&DecisionEvent {
                v: 1,
                seq,
                time,
                by: "person".into(),
                read: seq - 1,
                act,
            });
        }
        decisions
    }

    fn decided(n: usize, decision: Decision) -> Act {
        Act::Decided {
            candidates: vec![id(n)],
            decision,
            reason: None,
            intent: None,
        }
    }

    #[test]
    fn undo_puts_a_test_back_to_pending() {
        let decisions = fold(vec![
            decided(1, Decision::Rejected),
            Act::Undone {
                of: 1,
                intent: None,
            },
        ]);
        assert_eq!(decisions.decision(&id(1)), Decision::Pending);
        assert!(decisions.in_force().is_empty());
    }

    #[test]
    fn a_decided_test_is_not_decided_again_but_a_skipped_one_may_be() {
        let decisions = fold(vec![
            decided(1, Decision::Accepted),
            decided(2, Decision::Skipped),
        ]);
        assert!(decisions.may_decide(&[id(2), id(3)]).is_ok());
        let conflict = decisions.may_decide(&[id(1)]).unwrap_err();
        assert!(
            conflict.to_string().contains("c0001 is accepted already"),
            "{conflict}"
        );
    }

    #[test]
    fn an_intent_stays_open_until_it_is_settled_or_abandoned() {
        let change = Change {
            file: "tests/test_a.py".into(),
            before: None,
            after: Some("ab".into()),
            snapshot: None,
        };
        let intent = Act::Intent {
            change: change.clone(),
            then: Then::Accept {
                candidates: vec![id(1)],
            },
        };
        assert_eq!(fold(vec![intent.clone()]).open_intents().len(), 1);
        assert!(
            fold(vec![intent.clone(), Act::Abandoned { of: 1 }])
                .open_intents()
                .is_empty()
        );
        let settled = Act::Decided {
            candidates: vec![id(1)],
            decision: Decision::Accepted,
            reason: None,
            intent: Some(1),
        };
        let decisions = fold(vec![intent, settled]);
        assert!(decisions.open_intents().is_empty());
        assert_eq!(decisions.in_force()[0].change.as_ref(), Some(&change));
    }
}
