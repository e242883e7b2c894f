//! Reading Python: tree-sitter trees, project layout, interpreters. The only room that imports tree-sitter.
