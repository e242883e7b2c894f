//! Proof: pytest outcomes, evidence, and writing tests into test files.
