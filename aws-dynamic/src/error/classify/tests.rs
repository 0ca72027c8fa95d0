//! Tests of the error table.
