//! The built-in generator's host side: the worker, its protocol, archive, selection and rendering.
