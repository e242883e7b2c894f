//! The progress tree: what a run is doing, as nodes that attach, move and fold.
//!
//! The tree is a fold over the facts of [`super::fact`]; the dashboard, `watch` and the headless
//! printer all draw this one tree. [`Status::may_become`] is the only place that says which moves
//! are legal; a node that has ended does not move.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::fact::{Event, Fact};

/// Names a node within its run, stable from start to end: `module/src/shop/cart.py`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(pub String);

impl From<&str> for NodeId {
    fn from(text: &str) -> Self {
        NodeId(text.into())
    }
}

/// What a node stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    Run,
    Phase,
    SubPhase,
    Agent,
    Task,
    Iteration,
    Module,
    Candidate,
}

/// Where a node stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Pending,
    InProgress,
    /// Started, and held up by something outside: a person, a rate limit.
    Waiting,
    Completed,
    Failed,
    Skipped,
    Blocked,
    Cancelled,
}

impl Status {
    /// Whether a node in this status has ended for good.
    #[must_use]
    pub fn has_ended(self) -> bool {
        match self {
            Status::Pending | Status::InProgress | Status::Waiting => false,
            Status::Completed
            | Status::Failed
            | Status::Skipped
            | Status::Blocked
            | Status::Cancelled => true,
        }
    }

    /// The legal moves.
    #[must_use]
    pub fn may_become(self, next: Status) -> bool {
        match self {
            Status::Pending => matches!(
                next,
                Status::InProgress | Status::Skipped | Status::Blocked | Status::Cancelled
            ),
            Status::InProgress => matches!(
                next,
                Status::Waiting
                    | Status::Completed
                    | Status::Failed
                    | Status::Blocked
                    | Status::Cancelled
            ),
            Status::Waiting => matches!(
                next,
                Status::InProgress
                    | Status::Completed
                    | Status::Failed
                    | Status::Blocked
                    | Status::Cancelled
            ),
            Status::Completed
            | Status::Failed
            | Status::Skipped
            | Status::Blocked
            | Status::Cancelled => false,
        }
    }

    /// The word shown beside the glyph.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::InProgress => "running",
            Status::Waiting => "waiting",
            Status::Completed => "done",
            Status::Failed => "failed",
            Status::Skipped => "skipped",
            Status::Blocked => "blocked",
            Status::Cancelled => "cancelled",
        }
    }
}

/// Numbers that grow while a node runs. Sums over children are the parent's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counters {
    /// Candidates executed by the explorer.
    pub executions: u64,
    /// Uncovered lines and branches to reach, and how many of them were reached.
    pub goals: u64,
    pub reached: u64,
    /// Tests rendered, and those proven.
    pub candidates: u64,
    pub proven: u64,
}

impl std::ops::AddAssign for Counters {
    fn add_assign(&mut self, other: Self) {
        self.executions += other.executions;
        self.goals += other.goals;
        self.reached += other.reached;
        self.candidates += other.candidates;
        self.proven += other.proven;
    }
}

/// A node as the fold knows it. Times are RFC 3339 as journalled.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub id: NodeId,
    pub parent: Option<usize>,
    pub children: Vec<usize>,
    pub title: String,
    pub kind: NodeKind,
    pub status: Status,
    pub started: Option<String>,
    pub ended: Option<String>,
    pub counters: Counters,
    /// The last thing it said.
    pub line: String,
}

/// A fact that does not fit the tree: it is not applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IllegalFact {
    #[error("node {0:?} is unknown")]
    Unknown(NodeId),
    #[error("node {0:?} was added twice")]
    Twice(NodeId),
    #[error("node {node:?} cannot move from {from:?} to {to:?}")]
    Move {
        node: NodeId,
        from: Status,
        to: Status,
    },
}

/// The tree of a run. Nodes are kept in the order in which they were attached; the first is the run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tree {
    nodes: Vec<Node>,
    index: FxHashMap<NodeId, usize>,
}

impl Tree {
    /// Folds one event in; events that say nothing about the tree change nothing.
    ///
    /// # Errors
    /// [`IllegalFact`] when the fact contradicts the tree, which then stays as it was.
    pub fn apply(&mut self, event: &Event) -> Result<(), IllegalFact> {
        match &event.fact {
            Fact::NodeAdded {
                node,
                parent,
                title,
                kind,
            } => self.add(node, parent.as_ref(), title, *kind),
            Fact::NodeMoved { node, status, note } => {
                self.shift(node, *status, note.as_deref(), &event.time)
            }
            Fact::NodeProgress {
                node,
                line,
                counters,
            } => {
                let at = self.at(node)?;
                let node = &mut self.nodes[at];
                node.line.clone_from(line);
                node.counters = *counters;
                Ok(())
            }
            Fact::RunStarted { .. }
            | Fact::CandidateJudged { .. }
            | Fact::ModuleEnded { .. }
            | Fact::Warning { .. }
            | Fact::Resumed { .. }
            | Fact::RunEnded { .. } => Ok(()),
        }
    }

    /// All nodes, parents before their children.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node of that id.
    #[must_use]
    pub fn get(&self, id: &NodeId) -> Option<&Node> {
        self.index.get(id).map(|&i| &self.nodes[i])
    }

    /// The sum of the counters of a node's leaves: a parent has none of its own.
    #[must_use]
    pub fn rolled_up(&self, at: usize) -> Counters {
        let node = &self.nodes[at];
        if node.children.is_empty() {
            return node.counters;
        }
        let mut sum = Counters::default();
        for &child in &node.children {
            sum += self.rolled_up(child);
        }
        sum
    }

    /// Whether a node shows as one summary line until a person opens it: it and all below it are
    /// completed. A failed child keeps its parents open.
    #[must_use]
    pub fn is_folded(&self, at: usize) -> bool {
        let node = &self.nodes[at];
        node.status == Status::Completed
            && node.children.iter().all(|&c| {
                self.nodes[c].status == Status::Skipped
                    || (self.nodes[c].status == Status::Completed
                        && (self.nodes[c].children.is_empty() || self.is_folded(c)))
            })
    }

    /// Unfinished nodes, deepest first: what has to be cancelled when a run ends early.
    #[must_use]
    pub fn unfinished(&self) -> Vec<NodeId> {
        let open = self.nodes.iter().rev().filter(|n| !n.status.has_ended());
        open.map(|n| n.id.clone()).collect()
    }

    fn at(&self, id: &NodeId) -> Result<usize, IllegalFact> {
        self.index
            .get(id)
            .copied()
            .ok_or_else(|| IllegalFact::Unknown(id.clone()))
    }

    fn add(
        &mut self,
        id: &NodeId,
        parent: Option<&NodeId>,
        title: &str,
        kind: NodeKind,
    ) -> Result<(), IllegalFact> {
        if self.index.contains_key(id) {
            return Err(IllegalFact::Twice(id.clone()));
        }
        let parent = parent.map(|p| self.at(p)).transpose()?;
        let at = self.nodes.len();
        self.nodes.push(Node {
            id: id.clone(),
            parent,
            children: Vec::new(),
            title: title.into(),
            kind,
            status: Status::Pending,
            started: None,
            ended: None,
            counters: Counters::default(),
            line: String::new(),
        });
        self.index.insert(id.clone(), at);
        if let Some(parent) = parent {
            self.nodes[parent].children.push(at);
        }
        Ok(())
    }

    fn shift(
        &mut self,
        id: &NodeId,
        to: Status,
        note: Option<&str>,
        time: &str,
    ) -> Result<(), IllegalFact> {
        let at = self.at(id)?;
        let node = &mut self.nodes[at];
        if !node.status.may_become(to) {
            return Err(IllegalFact::Move {
                node: id.clone(),
                from: node.status,
                to,
            });
        }
        node.status = to;
        if to == Status::InProgress && node.started.is_none() {
            node.started = Some(time.into());
        }
        if to.has_ended() {
            node.ended = Some(time.into());
        }
        if let Some(note) = note {
            node.line = note.into();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(seq: u64, fact: Fact) -> Event {
        Event::new(seq, format!("2026-01-01T00:00:{seq:02}Z"), fact)
    }

    fn added(id: &str, parent: Option<&str>) -> Fact {
        Fact::NodeAdded {
            node: id.into(),
            parent: parent.map(Into::into),
            title: id.into(),
            kind: NodeKind::Task,
        }
    }

    fn moved(id: &str, status: Status) -> Fact {
        Fact::NodeMoved {
            node: id.into(),
            status,
            note: None,
        }
    }

    fn tree(facts: Vec<Fact>) -> Result<Tree, IllegalFact> {
        let mut tree = Tree::default();
        for (i, fact) in facts.into_iter().enumerate() {
            tree.apply(&event(i as u64 + 1, fact))?;
        }
        Ok(tree)
    }

    #[test]
    fn a_node_that_ended_does_not_move() {
        let all = [
            Status::Pending,
            Status::InProgress,
            Status::Waiting,
            Status::Completed,
            Status::Failed,
            Status::Skipped,
            Status::Blocked,
            Status::Cancelled,
        ];
        for from in all.into_iter().filter(|s| s.has_ended()) {
            assert!(all.into_iter().all(|to| !from.may_become(to)), "{from:?}");
        }
    }

    #[test]
    fn an_illegal_move_is_refused_and_changes_nothing() {
        let mut tree = tree(vec![added("run", None)]).unwrap();
        let before = tree.clone();
        let refused = tree.apply(&event(2, moved("run", Status::Completed)));
        assert_eq!(
            refused,
            Err(IllegalFact::Move {
                node: "run".into(),
                from: Status::Pending,
                to: Status::Completed
            })
        );
        assert_eq!(tree, before);
    }

    #[test]
    fn a_child_of_an_unknown_parent_is_refused() {
        assert_eq!(
            tree(vec![added("child", Some("gone"))]),
            Err(IllegalFact::Unknown("gone".into()))
        );
    }

    #[test]
    fn a_completed_parent_folds_and_a_failed_child_keeps_it_open() {
        let facts = |end: Status| {
            vec![
                added("run", None),
                added("a", Some("run")),
                moved("run", Status::InProgress),
                moved("a", Status::InProgress),
                moved("a", end),
                moved("run", Status::Completed),
            ]
        };
        assert!(tree(facts(Status::Completed)).unwrap().is_folded(0));
        assert!(!tree(facts(Status::Failed)).unwrap().is_folded(0));
    }

    #[test]
    fn a_parents_counters_are_the_sum_of_its_leaves() {
        let progress = |id: &str, proven| Fact::NodeProgress {
            node: id.into(),
            line: String::new(),
            counters: Counters {
                proven,
                ..Counters::default()
            },
        };
        let facts = vec![
            added("run", None),
            added("a", Some("run")),
            added("b", Some("run")),
            progress("a", 2),
            progress("b", 3),
            progress("a", 4),
        ];
        assert_eq!(tree(facts).unwrap().rolled_up(0).proven, 7);
    }
}
